import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SettingRow } from '../persistence/entities/setting.entity.js';
import { KeptValues } from '../persistence/kept-values.js';

const valueName = 'stores-place';

/** The last message that was taken from the stream of the stores; another stream of that name was created at another time. */
export interface StreamPlace {
  readonly created: string;
  readonly sequence: number;
}

/** Keeps the place in the stream of the stores beside what was taken from it, so that a restored database reads on from its own. */
@Injectable()
export class StoresPlace {
  constructor(private readonly values: KeptValues) {}

  async read(): Promise<StreamPlace | null> {
    const text = await this.values.read(valueName);
    return text === null ? null : (JSON.parse(text) as StreamPlace);
  }

  async write(manager: EntityManager, place: StreamPlace): Promise<void> {
    await manager.upsert(SettingRow, { name: valueName, value: JSON.stringify(place) }, ['name']);
  }
}
