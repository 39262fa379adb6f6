import { Module } from '@nestjs/common';
import { AuthorizationServer } from '../licensing/ports/authorization-server.js';
import { OAuthSessions } from './oauth-session.js';
import { OpenidAuthorizationServer } from './openid-authorization-server.js';

@Module({
  providers: [OAuthSessions, { provide: AuthorizationServer, useClass: OpenidAuthorizationServer }],
  exports: [AuthorizationServer],
})
export class OAuthModule {}
