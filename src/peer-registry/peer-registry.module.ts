import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { PeersModule } from '../peers/peers.module.js';
import { PeerRepository } from './peer-repository.js';
import { ListPeers } from './list-peers.js';
import { PeerListController } from './peer-list.controller.js';
import { PeerSightingWriter } from './peer-sighting-writer.js';
import { PeerRegistryMetrics } from './peer-registry-metrics.js';

/** Records and lists the registers and store servers that have connected to this server. */
@Module({
  imports: [AdminModule, PeersModule, MessagingModule],
  controllers: [PeerListController],
  providers: [PeerRepository, PeerSightingWriter, ListPeers, PeerRegistryMetrics],
  exports: [PeerRepository, ListPeers],
})
export class PeerRegistryModule {}
