import { Module } from '@nestjs/common';
import { LicensingModule } from '../licensing/licensing.module.js';
import { PeersModule } from '../peers/peers.module.js';
import { AuthCallout } from './auth-callout.js';
import { ConnectedPeers } from './connected-peers.js';
import { NatsLink } from './nats-link.js';
import { PeerConnections } from './peer-connections.js';
import { StatusResponder } from './status-responder.js';
import { VerifyResponder } from './verify-responder.js';

@Module({
  imports: [LicensingModule, PeersModule],
  providers: [NatsLink, StatusResponder, VerifyResponder, PeerConnections, ConnectedPeers, AuthCallout],
  exports: [NatsLink, PeerConnections, ConnectedPeers],
})
export class MessagingModule {}
