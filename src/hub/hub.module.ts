import { Module } from '@nestjs/common';
import { LicensingModule } from '../licensing/licensing.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { PeerRegistryModule } from '../peer-registry/peer-registry.module.js';
import { StoreEventReceiver } from './store-event-receiver.js';
import { StoredResponder } from './stored-responder.js';
import { StoresFollower } from './stores-follower.js';
import { StoresCursor } from './stores-cursor.js';
import { StoresStream } from './stores-stream.js';

/** Serves the store servers of which this server is the hub. */
@Module({
  imports: [MessagingModule, LicensingModule, PeerRegistryModule],
  providers: [StoresStream, StoresCursor, StoresFollower, StoreEventReceiver, StoredResponder],
})
export class HubModule {}
