import { Injectable, type OnModuleInit } from '@nestjs/common';
import { headers, type Msg } from '@nats-io/transport-node';
import { eventSubjects, receivedSubject, storesStreamName, storesSubject } from '../events/streams.js';
import { answerRequests } from '../messaging/answer-requests.js';
import { FloodGuard } from '../messaging/flood-guard.js';
import { NatsLink } from '../messaging/nats-link.js';
import { RequestLink } from '../messaging/request-link.js';
import { MessageIdBudget } from './message-id-budget.js';

const idHeader = 'Nats-Msg-Id';
const timeoutMs = 4000;
/** A store server publishes one event at a time. */
const maxPerStore = 4;
/** In the form of JetStream, so that the store publishes the event again. */
const unavailable = JSON.stringify({
  error: { code: 503, description: 'The hub cannot store events now.' },
  stream: storesStreamName,
  seq: 0,
});

/**
 * Passes the events of store servers to their stream, and its acknowledgements back. The stream stores messages one after the
 * other: without a limit for each store, those of one that floods it would delay those of all others.
 */
@Injectable()
export class StoreEventReceiver implements OnModuleInit {
  private readonly ids = new MessageIdBudget();

  constructor(
    private readonly requests: RequestLink,
    private readonly link: NatsLink,
    private readonly guard: FloodGuard,
  ) {}

  onModuleInit(): void {
    for (const type of eventSubjects) {
      const subject = receivedSubject(type);
      answerRequests(
        this.requests,
        { subject, maxPerPeer: maxPerStore, guard: this.guard },
        (event, deviceId) => this.store(event, deviceId, type),
      );
    }
  }

  /** Resolves to the answer of the stream, which can be an error. */
  private async store(event: Msg, deviceId: string | null, type: string): Promise<string | Uint8Array> {
    const { current } = this.link;
    if (current === null) return unavailable;
    const serverId = event.subject.split('.').at(-3) ?? '';
    // The broker permits a store only its own subjects, but does not check the reply subject of a request: the answer to it
    // would arrive here as an event of another store.
    if (deviceId !== serverId) return unavailable;
    try {
      // Only the id: by other headers, the store could set conditions for the stream or displace messages.
      const passed = headers();
      const id = event.headers?.get(idHeader);
      if (id && this.ids.take(serverId, id)) passed.set(idHeader, id);
      const options = { timeout: timeoutMs, headers: passed };
      return (await current.request(storesSubject(serverId, type), event.data, options)).data;
    } catch {
      return unavailable;
    }
  }
}
