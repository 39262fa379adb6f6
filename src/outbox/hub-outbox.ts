import { Injectable } from '@nestjs/common';
import { Outbox } from './outbox.js';

/** Reads and marks the events that are published to the hub. */
@Injectable()
export class HubOutbox extends Outbox {
  protected override readonly column = 'hub_published_at';
}
