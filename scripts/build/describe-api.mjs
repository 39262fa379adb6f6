import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Returns the OpenAPI document of the compiled service. The service does not start.
 * @param {string} folder of the compiled modules
 * @returns {Promise<object>}
 */
export async function describeApi(folder) {
  const load = (/** @type {string} */ path) => import(pathToFileURL(join(folder, path)).href);
  const { NestFactory } = await import('@nestjs/core');
  const [{ AppModule }, { loadSettings }, { createAdapter }, { describeApi: describe }] = await Promise.all(
    ['app.module.js', 'config/load-settings.js', 'setup-app.js', 'http/describe-api.js'].map(load),
  );
  const dataDir = mkdtempSync(join(tmpdir(), 'describe-'));
  try {
    const settings = loadSettings({ DATA_DIR: dataDir, NATS_URL: 'nats://127.0.0.1:9' });
    const app = await NestFactory.create(AppModule.forRoot(settings), createAdapter(settings), {
      logger: false,
      preview: true,
    });
    return describe(app);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
