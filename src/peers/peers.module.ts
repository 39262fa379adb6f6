import { Module } from '@nestjs/common';
import { OAuthModule } from '../oauth/oauth.module.js';
import { HttpNonces } from './http-nonces.js';
import { IssuerKeys } from './issuer-keys.js';
import { PeerAdmission } from './peer-admission.js';
import { PeerGuard } from './peer-guard.js';
import { PeerMetrics } from './peer-metrics.js';
import { TrustDataRefresher } from './trust-data-refresher.js';
import { PeerVerifier } from './peer-verifier.js';
import { PeersController } from './peers.controller.js';
import { RevocationList } from './revocation-list.js';

@Module({
  imports: [OAuthModule],
  controllers: [PeersController],
  providers: [
    IssuerKeys,
    RevocationList,
    TrustDataRefresher,
    PeerVerifier,
    HttpNonces,
    PeerAdmission,
    PeerMetrics,
    PeerGuard,
  ],
  exports: [PeerAdmission, PeerVerifier, RevocationList, TrustDataRefresher, PeerGuard],
})
export class PeersModule {}
