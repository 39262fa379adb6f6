import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { getMetadataStorage } from 'class-validator';
import { generatePages } from './docs/generate-pages.mjs';

const rootDir = join(import.meta.dirname, '..');
// By URL, because the type check runs without a build.
const load = (/** @type {string} */ path) => import(new URL(`../dist/${path}`, import.meta.url).href);

const [{ Environment, secretNames }, { commands }, { formatOverview }] = await Promise.all(
  ['config/environment.js', 'cli/commands.js', 'cli/format-help.js'].map(load),
);
/** @type {Record<string, any>} */
const loaded = {};
for (const [name, loadCommand] of Object.entries(commands)) loaded[name] = await loadCommand();

const pages = await generatePages(
  {
    settings: {
      source: readFileSync(join(rootDir, 'src/config/environment.ts'), 'utf8'),
      defaults: Object.fromEntries(Object.entries(new Environment())),
      checks: getMetadataStorage().getTargetValidationMetadatas(Environment, '', false, false),
      secretNames,
    },
    commandLine: { commands: loaded, overview: formatOverview(loaded) },
    openApi: await readOpenApi(),
  },
  rootDir,
);
for (const [path, text] of pages) writeFileSync(join(rootDir, path), text);

/** Asks the service for its own description, on an empty folder and without a network. */
async function readOpenApi() {
  const { AppModule } = await load('app.module.js');
  const { loadSettings } = await load('config/load-settings.js');
  const { createAdapter, setupApp } = await load('setup-app.js');
  const dataDir = mkdtempSync(join(tmpdir(), 'docs-'));
  const settings = loadSettings({ DATA_DIR: dataDir, NATS_URL: 'nats://127.0.0.1:9' });
  const app = await NestFactory.create(AppModule.forRoot(settings), createAdapter(settings), {
    logger: false,
  });
  try {
    await setupApp(/** @type {any} */ (app));
    await app.listen(0, '127.0.0.1');
    /** @type {any} */
    const document = await (await fetch(`${await app.getUrl()}/openapi.json`)).json();
    return document;
  } finally {
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
