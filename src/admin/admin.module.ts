import { Module } from '@nestjs/common';
import { AdminGuard } from './admin-guard.js';
import { AdminToken } from './admin-token.js';

@Module({
  providers: [AdminToken, AdminGuard],
  exports: [AdminToken, AdminGuard],
})
export class AdminModule {}
