import { Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import { LicenseStore } from '../licensing/ports/license-store.js';
import { Database } from './database.js';
import { loadEncryptionKey } from './encryption-key.js';
import { openDataSource } from './open-data-source.js';
import { SecretBox } from './secret-box.js';
import { TypeormLicenseStore } from './typeorm-license-store.js';

@Global()
@Module({
  providers: [
    Database,
    {
      provide: DataSource,
      inject: [Settings],
      useFactory: (settings: Settings) => openDataSource(settings.databasePath),
    },
    {
      provide: SecretBox,
      // The database first: a file that is not ours must be refused before anything is written beside it.
      inject: [Settings, DataSource],
      useFactory: (settings: Settings) =>
        new SecretBox(loadEncryptionKey(settings.encryptionKey, settings.dataDir)),
    },
    { provide: LicenseStore, useClass: TypeormLicenseStore },
  ],
  exports: [Database, LicenseStore],
})
export class PersistenceModule {}
