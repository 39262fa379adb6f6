import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KeyValueRow } from '../persistence/entities/key-value.entity.js';
import { KeyValueStore } from '../persistence/key-value-store.js';

const valueName = 'stores-place';

/** The last message that was read from the stores' stream. A new stream of the same name has another `created`. */
export interface StreamCursor {
  readonly created: string;
  readonly sequence: number;
}

/** Stores the cursor next to the data read from the stores' stream, so that both match in a restored database. */
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
