import { Module } from '@nestjs/common';
import { AuthorizationServer } from '../domain/ports/authorization-server.js';
import { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { OAuthSessions } from './oauth-session.js';
import { OpenidAuthorizationServer } from './openid-authorization-server.js';
import { OpenidIssuerDocuments } from './openid-issuer-documents.js';

@Module({
  providers: [
    OAuthSessions,
    { provide: AuthorizationServer, useClass: OpenidAuthorizationServer },
    { provide: IssuerDocuments, useClass: OpenidIssuerDocuments },
  ],
  exports: [AuthorizationServer, IssuerDocuments],
})
export class OAuthModule {}
