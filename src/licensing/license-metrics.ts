import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MachineClock } from '../clock/machine-clock.js';
import { licenseStatuses, tokenStatuses } from '../domain/license-status.js';
import { LicenseQuery } from './license-query.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { RefreshLicense } from './refresh-license.js';
import { MetricsRegistry } from '../metrics/metrics-registry.js';

/** The license, its two clocks, and how the refresh of its token fares. */
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
      'The license status: 1 for the present one.',
      licenseStatuses,
      () => {
        return query.view().status;
      },
    );
    registry.addStates(
      'token_status',
      'The status of the license token: 1 for the present one.',
      tokenStatuses,
      () => {
        return query.view().token.status;
      },
    );
    registry.addGauge(
      'license_renewal_timestamp_seconds',
      'When the license must have been renewed; absent if it never has to be.',
      () => query.view().renewalDate,
    );
    registry.addGauge(
      'token_expiry_timestamp_seconds',
      'When the license token ends; absent without one.',
      () => query.view().token.expiresAt,
    );
    registry.addGauge(
      'reauthorization_required',
      'Whether a person must authorize this server anew.',
      () => query.view().reauthorizationRequired,
    );
  }

  private addRefresh(): void {
    const { registry, query, store } = this;
    registry.addGauge(
      'next_refresh_timestamp_seconds',
      'When the license token will be refreshed; absent if nothing is planned.',
      () => query.view().token.nextRefreshAt,
    );
    registry.addGauge(
      'last_successful_refresh_timestamp_seconds',
      'When the present license token was received, by a refresh or when the license was acquired; absent without one.',
      () => store.state.license?.token.receivedAt ?? null,
    );
    const refreshes = new Counter({
      name: `${MetricsRegistry.prefix}refreshes_total`,
      help: 'Refreshes of the license token by what came of them, and why the server could not be used.',
      labelNames: ['result', 'reason'],
      registers: [registry],
    });
    // From zero on, so that the first of a kind is an increase too.
    for (const result of ['refreshed', 'revoked', 'refused']) refreshes.inc({ result, reason: '' }, 0);
    this.refreshLicense.outcomes.subscribe((outcome) =>
      refreshes.inc({ result: outcome.kind, reason: outcome.kind === 'unreachable' ? outcome.code : '' }),
    );
  }

  private addConnection(): void {
    const { registry, query } = this;
    registry.addGauge(
      'authorization_server_reachable',
      'Whether the Authorization server answered when it was last asked.',
      () => query.view().connection.online,
    );
    registry.addGauge(
      'authorization_server_offline_since_timestamp_seconds',
      'Since when the Authorization server has not answered; absent while it does.',
      () => query.view().connection.offlineSince,
    );
    registry.addGauge(
      'authorization_server_last_contact_timestamp_seconds',
      'When the Authorization server last answered; absent before the first time.',
      () => query.view().connection.lastContactAt,
    );
  }

  private addClock(): void {
    const { registry, clock, machine } = this;
    registry.addGauge(
      'clock_suspect',
      'Whether the clock of this machine cannot be believed.',
      () => this.query.view().clockSuspect,
    );
    registry.addGauge(
      'clock_offset_seconds',
      'How far the clock of this machine is ahead of the time that the Authorization server vouched for; also by the time ' +
        'that the machine was off since then. Absent before the first contact.',
      () => {
        const trusted = clock.trustedNow();
        return trusted && (machine.read().wall.getTime() - trusted.getTime()) / 1000;
      },
    );
  }
}
