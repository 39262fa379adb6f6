import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KeyValueRow } from '../persistence/entities/key-value.entity.js';
import { KeyValueStore } from '../persistence/key-value-store.js';

const valueName = 'stores-place';

/** The last message that was taken from the stream of the stores; another stream of that name was created at another time. */
export interface StreamCursor {
  readonly created: string;
  readonly sequence: number;
}

/** Keeps the place in the stream of the stores beside what was taken from it, so that a restored database reads on from its own. */
@Injectable()
export class StoresCursor {
  constructor(private readonly values: KeyValueStore) {}

  async read(): Promise<StreamCursor | null> {
    const text = await this.values.read(valueName);
    return text === null ? null : (JSON.parse(text) as StreamCursor);
  }

  async write(manager: EntityManager, cursor: StreamCursor): Promise<void> {
    await manager.upsert(KeyValueRow, { name: valueName, value: JSON.stringify(cursor) }, ['name']);
  }
}
