import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { LicenseStore } from '../../src/licensing/ports/license-store.js';
import { MetricsRegistry } from '../../src/metrics/metrics-registry.js';
import { expectNoSecrets, noteSecret, noteUserCode } from './canaries.js';
import { expectQuietLog } from './watched-log.js';

/**
 * Notes every secret that an application comes to hold. The function that it returns looks for them in all that the
 * application has told: its log, its metrics, and its database, where events, trail and peers stand in plain words.
 */
export function watchApp(app: INestApplication, dataDir: string): () => Promise<void> {
  const store = app.get(LicenseStore);
  const note = (): void => {
    const { secrets, pending } = store;
    noteSecret('a license token', secrets?.accessToken);
    noteSecret('a refresh token', secrets?.refreshToken);
    noteSecret('the private key of a grant', secrets?.dpopKey?.d);
    noteSecret('a device code', pending?.deviceCode);
    noteSecret('the private key of an acquisition', pending?.dpopKey?.d);
    noteUserCode(pending?.userCode);
  };
  note();
  store.onCommit(note);
  return async () => {
    expectQuietLog();
    expectNoSecrets('/metrics', await app.get(MetricsRegistry).metrics());
    for (const name of await readdir(dataDir).catch(() => [])) {
      if (!name.startsWith('licensing.sqlite')) continue;
      expectNoSecrets(`The database file ${name}`, await readFile(join(dataDir, name), 'latin1'));
    }
  };
}
