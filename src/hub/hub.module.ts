import { Module } from '@nestjs/common';
import { LicensingModule } from '../licensing/licensing.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { PeerListModule } from '../peer-registry/peer-list.module.js';
import { StoresFollower } from './stores-follower.js';
import { StoresPlace } from './stores-place.js';
import { StoresStream } from './stores-stream.js';

/** What a server does for the store servers that connect to it. */
@Module({
  imports: [MessagingModule, LicensingModule, PeerListModule],
  providers: [StoresStream, StoresPlace, StoresFollower],
})
export class HubModule {}
