import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AdminGuard } from '../admin/admin-guard.js';
import { Settings } from '../config/settings.js';

/** Admits everyone or only admins, depending on METRICS_ACCESS. */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(
    private readonly settings: Settings,
    private readonly adminGuard: AdminGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return this.settings.metricsAccess === 'open' || this.adminGuard.canActivate(context);
  }
}
