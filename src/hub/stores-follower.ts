import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type Consumer, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Leadership } from '../coordination/leadership.js';
import { Clock, trustworthyNow } from '../domain/ports/clock.js';
import { FaultLog } from '../logging/fault-log.js';
import { NatsLink } from '../messaging/nats-link.js';
import { PeerRepository } from '../peer-registry/peer-repository.js';
import type { PeerSighting } from '../peer-registry/apply-sighting.js';
import { readStoreEvent } from '../peer-registry/store-event.js';
import { endsWithin, whileEnding } from '../coordination/shutdown.js';
import { StoresCursor } from './stores-cursor.js';
import { StoresStream } from './stores-stream.js';

const retryMs = 1000;
const waitMs = 5000;
const maxAtOnce = 100;
const endTimeoutMs = 2000;

/**
 * Applies the events of store servers to the list of peers, in the leading process. The cursor is written in the same
 * transaction as the events, so that none is missed. After a fault it resumes from the stored cursor.
 */
@Injectable()
export class StoresFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Hub');
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private messages: ConsumerMessages | null = null;
  private readonly faults = new FaultLog(this.logger, 'Reading the events of store servers');

  constructor(
    private readonly link: NatsLink,
    private readonly stream: StoresStream,
    private readonly cursor: StoresCursor,
    private readonly leadership: Leadership,
    private readonly peers: PeerRepository,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.messages?.stop();
    await whileEnding("the reader of the stores' stream", endsWithin(endTimeoutMs, this.loop));
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const connection = this.link.current;
        if (connection !== null && (await this.leadership.isLeader())) await this.follow(connection);
      } catch (error) {
        if (!this.stopping.signal.aborted) this.faults.report(error);
      }
      await sleep(retryMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** Follows the stream while this process leads. @throws if that ends early, such as for a lost stream */
  private async follow(connection: NatsConnection): Promise<void> {
    const { consumer, created } = await this.stream.read(connection, await this.cursor.read());
    while (!this.stopping.signal.aborted && (await this.leadership.isLeader())) {
      await this.applyNext(consumer, created);
      this.faults.end();
    }
  }

  private async applyNext(consumer: Consumer, created: string): Promise<void> {
    this.messages = await consumer.fetch({ max_messages: maxAtOnce, expires: waitMs });
    if (this.stopping.signal.aborted) this.messages.stop();
    let waiting: JsMsg[] = [];
    for await (const message of this.messages) {
      waiting.push(message);
      // A live event is applied immediately, a backlog in batches.
      if (message.info.pending > 0 && waiting.length < maxAtOnce) continue;
      await this.applyMessages(waiting, created);
      waiting = [];
    }
    if (waiting.length > 0) await this.applyMessages(waiting, created);
  }

  private async applyMessages(messages: readonly JsMsg[], created: string): Promise<void> {
    const sequence = messages.at(-1)?.seq ?? 0;
    await this.peers.record(
      messages.flatMap((message) => this.toSightings(message)),
      (manager) => this.cursor.write(manager, { created, sequence }),
    );
  }

  private toSightings({ subject, data, info }: JsMsg): PeerSighting[] {
    const event = readStoreEvent(subject, data);
    if (event === null) {
      this.logger.warn(`A message on ${subject} is not a valid event of that store server. It is ignored.`);
      return [];
    }
    const at = new Date(info.timestampNanos / 1e6);
    const now = trustworthyNow(this.clock);
    return [{ kind: 'published', deviceId: event.serverId, at, now, event }];
  }
}
