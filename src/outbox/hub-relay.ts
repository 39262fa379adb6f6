import { Injectable } from '@nestjs/common';
import { Leadership } from '../coordination/leadership.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { HubLink } from '../messaging/hub-link.js';
import { EventRelay } from './event-relay.js';
import { HubOutbox } from './hub-outbox.js';
import { HubStream } from './hub-stream.js';

/** Takes the events to the hub. How far it has come is kept apart, so that neither broker ever waits for the other. */
@Injectable()
export class HubRelay extends EventRelay {
  constructor(
    outbox: HubOutbox,
    stream: HubStream,
    link: HubLink,
    store: LicenseStore,
    leadership: Leadership,
    clock: Clock,
  ) {
    super({ outbox, stream, link, whose: 'Events for the hub' }, store, leadership, clock);
  }
}
