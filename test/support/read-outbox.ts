import { DataSource } from 'typeorm';
import type { TestApp } from './start-app.js';

/** An event in the outbox, published or not. */
export interface WaitingEvent {
  readonly id: string;
  readonly type: 'license.status' | 'token.expiring';
  readonly time: string;
  readonly sequence: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads the committed events of a running service in order. */
export async function readOutbox({ app }: TestApp): Promise<WaitingEvent[]> {
  const rows: { body: string }[] = await app
    .get(DataSource)
    .query('SELECT body FROM outbox_event ORDER BY sequence');
  return rows.map(({ body }) => JSON.parse(body) as WaitingEvent);
}

/** Names the same events, each by the reason of a `license.status` or the threshold of a `token.expiring`. */
export async function nameWaitingEvents(app: TestApp): Promise<string[]> {
  return (await readOutbox(app)).map(({ type, data }) =>
    type === 'license.status' ? String(data['reason']) : `token:${String(data['thresholdSeconds'])}`,
  );
}
