import { statfs } from 'node:fs/promises';
import { Controller, Get, UseFilters } from '@nestjs/common';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { serviceVersion } from '../config/service-version.js';
import { Settings } from '../config/settings.js';
import { LicenseQuery } from '../licensing/license-query.js';
import { within } from '../coordination/shutdown.js';
import { Clock } from '../domain/ports/clock.js';
import { HubLink } from '../messaging/hub-link.js';
import { NatsLink } from '../messaging/nats-link.js';
import { StoresAccount } from '../messaging/stores-account.js';
import { HubOutbox } from '../outbox/hub-outbox.js';
import { HubRelay } from '../outbox/hub-relay.js';
import { OutboxRelay } from '../outbox/outbox-relay.js';
import { Outbox } from '../outbox/outbox.js';
import { Database } from '../persistence/database.js';
import { addRunbooks } from './add-runbooks.js';
import { HealthFilter } from './health-filter.js';

const databaseTimeoutMs = 2000;
/** Otherwise Terminus loads the generator of the OpenAPI document. */
const checkOptions = { noCache: true, swaggerDocumentation: false } as const;
/** Much longer than publishing takes: a working broker stores an event within a second. */
const maxWaitMs = 30_000;
const minFreeBytes = 64 * 1024 * 1024;
const storesShareAccount =
  'store servers share the account of the registers. Add the account STORES to the configuration of the broker (deploy/nats/store.conf)';

/**
 * Reports the health of the service. Without the internet, the broker or a license it is `degraded`: the shop keeps
 * working, and a restart would not help. Only a fault of the service itself is an error.
 */
@ApiTags('health')
@ApiResponse({ status: 200, description: 'Up or degraded' })
@ApiResponse({ status: 503, description: 'Down' })
@UseFilters(HealthFilter)
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly link: NatsLink,
    private readonly hub: HubLink,
    private readonly stores: StoresAccount,
    private readonly hubOutbox: HubOutbox,
    private readonly relay: OutboxRelay,
    private readonly hubRelay: HubRelay,
    private readonly query: LicenseQuery,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Checks no dependency: otherwise an outage elsewhere would restart every service. */
  @Get('live')
  @HealthCheck(checkOptions)
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @HealthCheck(checkOptions)
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.checkDatabase()]);
  }

  @Get()
  @HealthCheck(checkOptions)
  async all(): Promise<HealthCheckResult & { version: string }> {
    const result = await this.health.check([
      () => this.checkWrites(),
      () => this.checkNats(),
      () => this.checkAuthorizationServer(),
      () => this.checkLicense(),
      () => this.checkClock(),
      () => this.checkDisk(),
    ]);
    return { ...addRunbooks(result, this.settings.runbookUrl), version: serviceVersion };
  }

  private checkDatabase() {
    return this.indicators
      .check('database')
      .attempt(() => this.database.read((manager) => manager.query('SELECT 1')).then(() => undefined))
      .withTimeout(databaseTimeoutMs);
  }

  /** If writes fail, the service still publishes the license, but it cannot store a new token. */
  private async checkWrites() {
    const found = this.database.findWriteFault().catch(() => null);
    const fault = await within(databaseTimeoutMs, found, null);
    return fault === null ? this.checkDatabase() : this.indicators.check('database').down(fault);
  }

  private async checkNats() {
    const check = this.indicators.check('nats');
    const { count, oldestAt } = await countWaiting(this.outbox);
    const hub = this.hub.isConfigured && { hub: await this.checkHub() };
    const { lastLoss } = this.relay;
    const setAside = this.outbox.setAside.size + this.hubOutbox.setAside.size;
    const data: Record<string, unknown> = {
      connected: this.link.isConnected,
      eventsWaiting: count,
      oldestWaitingSince: oldestAt,
      lastLoss,
      ...(setAside > 0 && { setAside }),
      ...hub,
    };
    if (!this.link.isConnected) return check.degraded({ ...data, message: 'not connected' });
    const waitedMs = oldestAt === null ? 0 : this.clock.now().getTime() - oldestAt.getTime();
    if (setAside > 0) {
      const message = 'an event is larger than the broker or the hub accepts. Raise max_payload there';
      return check.degraded({ ...data, message });
    }
    if (waitedMs > maxWaitMs) {
      const message = 'connected, but the broker stores no events. Check that JetStream is enabled';
      return check.degraded({ ...data, message });
    }
    if (this.hub.isConfigured && !this.hub.isConnected)
      return check.degraded({ ...data, message: 'not connected to the hub' });
    return this.stores.isShared ? check.degraded({ ...data, message: storesShareAccount }) : check.up(data);
  }

  private async checkHub() {
    const { count, oldestAt } = await countWaiting(this.hubOutbox);
    const { lastLoss } = this.hubRelay;
    return { connected: this.hub.isConnected, eventsWaiting: count, oldestWaitingSince: oldestAt, lastLoss };
  }

  private checkAuthorizationServer() {
    const check = this.indicators.check('authorizationServer');
    const { online, offlineSince, lastContactAt, lastError } = this.query.view().connection;
    const data = { offlineSince, lastContactAt, lastError };
    return online && lastError === null ? check.up(data) : check.degraded(data);
  }

  private checkLicense() {
    const check = this.indicators.check('license');
    const { status, token, renewalDate, standing, reauthorizationRequired } = this.query.view();
    const data = {
      license: status,
      token: token.status,
      tokenExpiresAt: token.expiresAt,
      renewalDate,
      standing,
      tokenFaults: this.query.tokenFaults(),
    };
    const isFine = status === 'licensed' && token.status === 'valid' && !reauthorizationRequired;
    return isFine ? check.up(data) : check.degraded({ ...data, reauthorizationRequired });
  }

  private checkClock() {
    const check = this.indicators.check('clock');
    return this.query.view().clockSuspect
      ? check.degraded('the clock of this server is suspect')
      : check.up();
  }

  private async checkDisk() {
    const check = this.indicators.check('disk');
    const space = await statfs(this.settings.dataDir).catch(() => null);
    if (space === null) return check.down('the data folder cannot be read');
    const freeBytes = space.bavail * space.bsize;
    return freeBytes >= minFreeBytes
      ? check.up({ freeBytes })
      : check.down({ freeBytes, minFreeBytes: minFreeBytes });
  }
}

/** Returns `null` for both if the database fails or does not answer, which the check of the database reports. */
function countWaiting(outbox: Outbox): Promise<{ count: number | null; oldestAt: Date | null }> {
  const unknown = { count: null, oldestAt: null };
  const pending = outbox.pending().catch(() => unknown);
  return within<{ count: number | null; oldestAt: Date | null }>(databaseTimeoutMs, pending, unknown);
}
