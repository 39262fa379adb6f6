import { Injectable } from '@nestjs/common';
import { Database } from './database.js';
import { KeyValueRow } from './entities/key-value.entity.js';

/** Stores small values of the service by name. They are not sealed. */
@Injectable()
export class KeyValueStore {
  constructor(private readonly database: Database) {}

  async read(name: string): Promise<string | null> {
    const row = await this.database.read((manager) => manager.findOneBy(KeyValueRow, { name }));
    return row?.value ?? null;
  }

  /** Returns a value, which it creates if there is none. Several processes get the same. */
  async readOrCreate(name: string, create: () => string): Promise<string> {
    const present = await this.read(name);
    if (present !== null) return present;
    await this.database.transact((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(KeyValueRow)
        .values({ name, value: create() })
        .orIgnore()
        .execute(),
    );
    return (await this.read(name)) ?? '';
  }

  async write(name: string, value: string): Promise<void> {
    await this.database.transact((manager) => manager.upsert(KeyValueRow, { name, value }, ['name']));
  }
}
