import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Client } from 'pg';
import { Settings } from '../config/settings.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { endsWithin, whileEnding } from '../coordination/shutdown.js';

/** Notified within each transaction; PostgreSQL delivers the notification at commit. */
export const changeChannel = 'pos_licensing_change';

const retryMs = 1000;
const timeoutMs = 5000;
const endTimeoutMs = 2000;

/**
 * Receives a notification when another process commits to a shared database, so that events are published and pages
 * updated immediately. The scheduler picks up commits that it misses while disconnected.
 */
@Injectable()
export class ChangeFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private client: Client | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly store: LicenseStore,
  ) {}

  onApplicationBootstrap(): void {
    const { database } = this.settings;
    if (database.kind === 'postgres') this.loop = this.listen(database.url);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    const ending = Promise.all([this.client?.end().catch(() => undefined), this.loop]);
    // A client that is still connecting may neither connect, fail nor end.
    await whileEnding('the notifications of the database', endsWithin(endTimeoutMs, ending));
  }

  private async listen(url: string): Promise<void> {
    const { default: pg } = await import('pg');
    while (!this.stopping.signal.aborted) {
      const client = new pg.Client({
        connectionString: url,
        application_name: 'pos-licensing changes',
        connectionTimeoutMillis: timeoutMs,
        query_timeout: timeoutMs,
        keepAlive: true,
      });
      this.client = client;
      try {
        await this.listenUntilClosed(client);
      } catch {
        // The database is unavailable. Code that needs it reports that.
        await client.end().catch(() => undefined);
      }
      await sleep(retryMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async listenUntilClosed(client: Client): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      client.on('end', () => resolve());
      client.on('error', () => resolve());
    });
    client.on('notification', () => void this.sync());
    await client.connect();
    await client.query(`LISTEN ${changeChannel}`);
    await this.sync();
    await closed;
  }

  private async sync(): Promise<void> {
    await this.store.sync().catch(() => undefined);
  }
}
