import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { eventSubjects, storesStreamName, storesSubject } from '../events/streams.js';
import { answerRequests } from '../messaging/answer-requests.js';
import { FloodGuard } from '../messaging/flood-guard.js';
import { storedSubject } from '../messaging/peer-permissions.js';
import { RequestLink } from '../messaging/request-link.js';
import { readLastEvent } from '../outbox/keeps-event.js';

const ulidShape = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/**
 * Answers `svc.licensing.stored` with the ids and sequences of the last events of the requesting store server, by their
 * subjects. It returns nothing else of what a store published: the answer goes to any reply subject that the store names.
 */
@Injectable()
export class StoredResponder implements OnModuleInit {
  constructor(
    private readonly link: RequestLink,
    private readonly guard: FloodGuard,
  ) {}

  onModuleInit(): void {
    answerRequests(this.link, { subject: storedSubject, guard: this.guard }, async (_request, serverId) => {
      const { current } = this.link;
      const stored = eventSubjects.map(async (subject) => [
        subject,
        serverId === null || current === null ? null : await readStored(current, serverId, subject),
      ]);
      return JSON.stringify(Object.fromEntries(await Promise.all(stored)));
    });
  }
}

/** Resolves to `null` if there is no readable event. */
async function readStored(
  connection: NatsConnection,
  serverId: string,
  subject: string,
): Promise<{ id: string; sequence: string } | null> {
  const target = { stream: storesStreamName, subject: storesSubject(serverId, subject) };
  const last = await readLastEvent(connection, target, { source: `/servers/${serverId}`, type: subject });
  return last !== null && ulidShape.test(last.id) ? last : null;
}
