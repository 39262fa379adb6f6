import { Injectable } from '@nestjs/common';
import { Database } from './database.js';
import { KeyValueRow } from './entities/key-value.entity.js';

/** Stores small internal values by name; none of them is secret. */
@Injectable()
export class KeyValueStore {
  constructor(private readonly database: Database) {}

  async read(name: string): Promise<string | null> {
    const row = await this.database.read((manager) => manager.findOneBy(KeyValueRow, { name }));
    return row?.value ?? null;
  }

  async write(name: string, value: string): Promise<void> {
    await this.database.transact((manager) => manager.upsert(KeyValueRow, { name, value }, ['name']));
  }
}
