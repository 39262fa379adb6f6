import { Module } from '@nestjs/common';
import { LicensingModule } from '../licensing/licensing.module.js';
import { PeersModule } from '../peers/peers.module.js';
import { AuthCallout } from './auth-callout.js';
import { ConnectionLimit } from './connection-limit.js';
import { PeerPresence } from './peer-presence.js';
import { FloodGuard } from './flood-guard.js';
import { FloodWatch } from './flood-watch.js';
import { HubLink } from './hub-link.js';
import { HubRevocations } from './hub-revocations.js';
import { NatsLink } from './nats-link.js';
import { PeerDisconnector } from './peer-disconnector.js';
import { RequestLink } from './request-link.js';
import { StoresAccount } from './stores-account.js';
import { StatusListResponder } from './status-list-responder.js';
import { StatusResponder } from './status-responder.js';
import { VerifyResponder } from './verify-responder.js';

@Module({
  imports: [LicensingModule, PeersModule],
  providers: [
    NatsLink,
    RequestLink,
    HubLink,
    StatusResponder,
    VerifyResponder,
    StatusListResponder,
    HubRevocations,
    PeerDisconnector,
    PeerPresence,
    FloodGuard,
    FloodWatch,
    ConnectionLimit,
    StoresAccount,
    AuthCallout,
  ],
  exports: [NatsLink, RequestLink, HubLink, FloodGuard, PeerDisconnector, PeerPresence, StoresAccount],
})
export class MessagingModule {}
