import { Module } from '@nestjs/common';
import { MessagingModule } from '../messaging/messaging.module.js';
import { StoresStream } from './stores-stream.js';

/** What a server does for the store servers that connect to it. */
@Module({
  imports: [MessagingModule],
  providers: [StoresStream],
})
export class HubModule {}
