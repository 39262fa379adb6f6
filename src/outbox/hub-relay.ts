import { Injectable } from '@nestjs/common';
import { Leadership } from '../coordination/leadership.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { HubLink } from '../messaging/hub-link.js';
import { EventRelay } from './event-relay.js';
import { HubOutbox } from './hub-outbox.js';
import { HubStream } from './hub-stream.js';

/** Publishes the events to the hub. Its progress is stored apart, so that neither broker waits for the other. */
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
    super({ outbox, stream, link, destination: 'the hub' }, store, leadership, clock);
  }
}
