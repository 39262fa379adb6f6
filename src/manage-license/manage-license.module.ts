import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { LicensingModule } from '../licensing/licensing.module.js';
import { OAuthModule } from '../oauth/oauth.module.js';
import { PeerRegistryModule } from '../peer-registry/peer-registry.module.js';
import { AssetController } from './asset.controller.js';
import { HelpController } from './help.controller.js';
import { HistoryController } from './history.controller.js';
import { LicenseEventsController } from './license-events.controller.js';
import { LicenseFeed } from './license-feed.js';
import { LicensePageController } from './license-page.controller.js';
import { LookController } from './look.controller.js';
import { LoginController } from './login.controller.js';
import { Notices } from './notices.js';
import { PageComposer } from './page-composer.js';
import { PageGuard } from './page-guard.js';
import { PeersPageController } from './peers-page.controller.js';
import { UserPortal } from './user-portal.js';

/** The Manage License page. */
@Module({
  imports: [AdminModule, LicensingModule, OAuthModule, PeerRegistryModule],
  controllers: [
    AssetController,
    LoginController,
    LicensePageController,
    HistoryController,
    HelpController,
    LookController,
    PeersPageController,
    LicenseEventsController,
  ],
  providers: [PageComposer, UserPortal, Notices, LicenseFeed, PageGuard],
})
export class ManageLicenseModule {}
