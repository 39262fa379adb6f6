import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { OAuthModule } from '../oauth/oauth.module.js';
import { PeersModule } from '../peers/peers.module.js';
import { CancelAuthorization } from './cancel-authorization.js';
import { Leadership } from '../coordination/leadership.js';
import { LicenseMetrics } from './license-metrics.js';
import { LicenseQuery } from './license-query.js';
import { LicenseScheduler } from './license-scheduler.js';
import { LicenseController } from './license.controller.js';
import { ApplyRefreshAnswer } from './apply-refresh-answer.js';
import { EndRevokedLicense } from './end-revoked-license.js';
import { AdvanceLicense } from './advance-license.js';
import { PollAuthorization } from './poll-authorization.js';
import { RefreshLicense } from './refresh-license.js';
import { RemoveLicense } from './remove-license.js';
import { RequestUserCode } from './request-user-code.js';
import { RevokeDroppedGrants } from './revoke-dropped-grants.js';
import { TrustedIntrospection } from './trusted-introspection.js';

@Module({
  imports: [AdminModule, OAuthModule, PeersModule],
  controllers: [LicenseController],
  providers: [
    Leadership,
    LicenseQuery,
    RequestUserCode,
    PollAuthorization,
    CancelAuthorization,
    RefreshLicense,
    RemoveLicense,
    RevokeDroppedGrants,
    TrustedIntrospection,
    AdvanceLicense,
    ApplyRefreshAnswer,
    EndRevokedLicense,
    LicenseScheduler,
    LicenseMetrics,
  ],
  exports: [
    Leadership,
    LicenseQuery,
    RequestUserCode,
    PollAuthorization,
    CancelAuthorization,
    RefreshLicense,
    RemoveLicense,
  ],
})
export class LicensingModule {}
