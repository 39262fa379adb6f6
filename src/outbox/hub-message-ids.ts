import { createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyValueStore } from '../persistence/key-value-store.js';

/**
 * Derives the message ids of events at the hub. They are the same at each try, and no other server can compute them: the hub's
 * stream drops a message whose id is known, whichever store published it.
 */
@Injectable()
export class HubMessageIds {
  constructor(private readonly values: KeyValueStore) {}

  /** Resolves to a function that returns the message id for an event id. */
  async derivation(): Promise<(id: string) => string> {
    const key = await this.values.readOrCreate('hub-message-key', () =>
      randomBytes(32).toString('base64url'),
    );
    return (id) => createHmac('sha256', key).update(id).digest('base64url');
  }
}
