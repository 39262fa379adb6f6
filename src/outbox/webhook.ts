import { createHmac } from 'node:crypto';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { serviceVersion } from '../config/service-version.js';
import { Settings } from '../config/settings.js';
import { Leadership } from '../coordination/leadership.js';
import { retryDelayMs } from '../domain/refresh-schedule.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { FaultLog } from '../logging/fault-log.js';
import { createFetch } from '../oauth/create-fetch.js';
import { WebhookCursor } from './webhook-cursor.js';

const safetyNetMs = 5000;
const timeoutMs = 5000;

/**
 * Calls `WEBHOOK_URL` with the event of each change of the standing, in their order, until it answers 2xx. An event may arrive
 * twice, with the same id, but is never lost. Nothing else waits for it.
 */
@Injectable()
export class Webhook implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('Webhook');
  private readonly faults = new FaultLog(
    this.logger,
    'Calling WEBHOOK_URL',
    'The event stays queued and will be retried.',
  );
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;
  private hasNewWork = false;
  private failures = 0;
  /** One, because each may keep connections to the proxy open. */
  private fetch: ReturnType<typeof createFetch> | null = null;
  private nextAttemptAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly settings: Settings,
    private readonly cursor: WebhookCursor,
    private readonly store: LicenseStore,
    private readonly leadership: Leadership,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.settings.webhook === null) return;
    await this.cursor.begin();
    this.store.onCommit(() => void this.deliver());
  }

  /** Delivers all events that wait, unless the last attempt has just failed. Never rejects. */
  @Interval(safetyNetMs)
  async deliver(): Promise<void> {
    const { webhook } = this.settings;
    if (webhook === null) return;
    this.hasNewWork = true;
    this.running ??= this.deliverAll(webhook).finally(() => (this.running = null));
    await this.running;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async deliverAll(webhook: NonNullable<Settings['webhook']>): Promise<void> {
    while (this.hasNewWork && !this.stopping.signal.aborted && performance.now() >= this.nextAttemptAt) {
      this.hasNewWork = false;
      try {
        await this.deliverWaiting(webhook);
        this.faults.end();
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        this.failures += 1;
        this.nextAttemptAt = performance.now() + retryDelayMs(this.failures, Infinity, Math.random());
        this.faults.report(reasonOf(error));
      }
    }
  }

  private async deliverWaiting({ url, secret }: NonNullable<Settings['webhook']>): Promise<void> {
    for (;;) {
      if (this.stopping.signal.aborted || !(await this.leadership.isLeader())) return;
      const next = await this.cursor.next();
      if (next === null) return;
      await this.call(url, secret, next.body);
      await this.cursor.advance(next);
      this.failures = 0;
    }
  }

  private async call(url: string, secret: string | null, body: string): Promise<void> {
    const signature = secret === null ? null : createHmac('sha256', secret).update(body).digest('hex');
    this.fetch ??= createFetch(this.settings);
    const fetchThroughProxy = await this.fetch;
    const response = await fetchThroughProxy(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': `pos-licensing/${serviceVersion}`,
        ...(signature !== null && { 'webhook-signature': `sha256=${signature}` }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(timeoutMs)]),
    });
    // Not awaited, because a body that never ends could delay it.
    void response.body?.cancel().catch(() => undefined);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
  }
}

/** Returns the code of a network fault, because the message of `fetch` names none. */
function reasonOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? cause.code : error;
}
