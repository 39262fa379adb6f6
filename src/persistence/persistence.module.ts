import { Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import { Leases } from '../coordination/leases.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { ChangeFeed } from './change-feed.js';
import { DatabaseLeases } from './database-leases.js';
import { Database } from './database.js';
import { KeyValueStore } from './key-value-store.js';
import { openDataSource } from './open-data-source.js';
import { openSecretBox } from './open-secret-box.js';
import { SecretBox } from './secret-box.js';
import { UsedProofs } from './used-proofs.js';
import { TypeormLicenseStore } from './typeorm-license-store.js';

@Global()
@Module({
  providers: [
    Database,
    {
      provide: DataSource,
      inject: [Settings],
      useFactory: ({ database }: Settings) => openDataSource(database),
    },
    {
      provide: SecretBox,
      // The database first: a foreign file must be rejected before the key file is created next to it.
      inject: [Settings, Database],
      useFactory: async (settings: Settings, database: Database) => {
        try {
          return await openSecretBox(settings, database);
        } catch (error) {
          await database.close();
          throw error;
        }
      },
    },
    { provide: LicenseStore, useClass: TypeormLicenseStore },
    { provide: Leases, useClass: DatabaseLeases },
    ChangeFeed,
    KeyValueStore,
    UsedProofs,
  ],
  exports: [Database, SecretBox, LicenseStore, Leases, KeyValueStore, UsedProofs],
})
export class PersistenceModule {}
