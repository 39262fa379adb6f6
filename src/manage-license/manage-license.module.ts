import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { LicensingModule } from '../licensing/licensing.module.js';
import { AssetController } from './asset.controller.js';
import { LicensePageController } from './license-page.controller.js';
import { LoginController } from './login.controller.js';
import { Notices } from './notices.js';
import { PageComposer } from './page-composer.js';
import { PageGuard } from './page-guard.js';

/** The Manage License page. */
@Module({
  imports: [AdminModule, LicensingModule],
  controllers: [AssetController, LoginController, LicensePageController],
  providers: [PageComposer, Notices, PageGuard],
})
export class ManageLicenseModule {}
