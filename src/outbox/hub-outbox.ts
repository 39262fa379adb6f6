import { Injectable } from '@nestjs/common';
import { Outbox } from './outbox.js';

/** The events from where the hub stands. */
@Injectable()
export class HubOutbox extends Outbox {
  protected override readonly column = 'hub_published_at';
}
