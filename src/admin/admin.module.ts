import { Module } from '@nestjs/common';
import { AdminGuard } from './admin-guard.js';
import { AdminToken } from './admin-token.js';
import { LoginThrottle } from './login-throttle.js';
import { Sessions } from './sessions.js';

@Module({
  providers: [AdminToken, AdminGuard, LoginThrottle, Sessions],
  exports: [AdminToken, AdminGuard, LoginThrottle, Sessions],
})
export class AdminModule {}
