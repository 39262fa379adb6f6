import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MachineClock } from '../clock/machine-clock.js';
import { licenseStatuses, tokenStatuses } from '../domain/license-status.js';
import { standingReasons } from '../domain/standing.js';
import { LicenseQuery } from './license-query.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { RefreshLicense } from './refresh-license.js';
import { MetricsRegistry } from '../metrics/metrics-registry.js';

/** Reports the license, its dates, the token refreshes and the clock as metrics. */
@Injectable()
export class LicenseMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly query: LicenseQuery,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly machine: MachineClock,
    private readonly refreshLicense: RefreshLicense,
  ) {}

  onModuleInit(): void {
    this.addLicense();
    this.addRefresh();
    this.addConnection();
    this.addClock();
  }

  private addLicense(): void {
    const { registry, query } = this;
    registry.addStates(
      'license_status',
      'The license status: 1 for the current one.',
      licenseStatuses,
      () => {
        return query.view().status;
      },
    );
    registry.addStates(
      'token_status',
      'The status of the license token: 1 for the current one.',
      tokenStatuses,
      () => {
        return query.view().token.status;
      },
    );
    registry.addGauge(
      'license_renewal_timestamp_seconds',
      'The date by which the license must be renewed; absent if it never expires.',
      () => query.view().renewalDate,
    );
    registry.addGauge(
      'token_expiry_timestamp_seconds',
      'When the license token expires; absent without a token.',
      () => query.view().token.expiresAt,
    );
    registry.addGauge(
      'usable_until_timestamp_seconds',
      'Until when registers can sell if nothing changes; absent if they cannot sell.',
      () => query.view().standing.usableUntil,
    );
    registry.addStates(
      'standing',
      'Whether registers can sell, or why not: 1 for the current reason.',
      standingReasons,
      () => query.view().standing.reason,
    );
    registry.addGauge(
      'reauthorization_required',
      'Whether somebody must authorize this server again.',
      () => query.view().reauthorizationRequired,
    );
  }

  private addRefresh(): void {
    const { registry, query, store } = this;
    registry.addGauge(
      'next_refresh_timestamp_seconds',
      'When the license token will be refreshed; absent if no refresh is planned.',
      () => query.view().token.nextRefreshAt,
    );
    registry.addGauge(
      'last_successful_refresh_timestamp_seconds',
      'When the current license token was received; absent without a token.',
      () => store.state.license?.token.receivedAt ?? null,
    );
    const refreshes = new Counter({
      name: `${MetricsRegistry.prefix}refreshes_total`,
      help: 'Refreshes of the license token by result, with the reason if the Authorization server could not be used.',
      labelNames: ['result', 'reason'],
      registers: [registry],
    });
    // Starting at zero makes the first event of each kind an increase.
    for (const result of ['refreshed', 'revoked', 'reauthorization-required', 'refused'])
      refreshes.inc({ result, reason: '' }, 0);
    this.refreshLicense.outcomes.subscribe((outcome) =>
      refreshes.inc({ result: outcome.kind, reason: outcome.kind === 'unreachable' ? outcome.code : '' }),
    );
  }

  private addConnection(): void {
    const { registry, query } = this;
    registry.addGauge(
      'authorization_server_reachable',
      'Whether the Authorization server answered the last request.',
      () => query.view().connection.online,
    );
    registry.addGauge(
      'authorization_server_offline_since_timestamp_seconds',
      'Since when the Authorization server has not answered; absent while it answers.',
      () => query.view().connection.offlineSince,
    );
    registry.addGauge(
      'authorization_server_last_contact_timestamp_seconds',
      'When the Authorization server last answered; absent before its first answer.',
      () => query.view().connection.lastContactAt,
    );
  }

  private addClock(): void {
    const { registry, clock, machine } = this;
    registry.addGauge(
      'clock_suspect',
      'Whether the clock of this machine is suspect.',
      () => this.query.view().clockSuspect,
    );
    registry.addGauge(
      'clock_offset_seconds',
      'How far the clock of this machine is ahead of the trusted time of the Authorization server, including the time ' +
        'that the machine was off since then. Absent before the first contact.',
      () => {
        const trusted = clock.trustedNow();
        return trusted && (machine.read().wall.getTime() - trusted.getTime()) / 1000;
      },
    );
  }
}
