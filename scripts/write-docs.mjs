import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getMetadataStorage } from 'class-validator';
import { generatePages } from './docs/generate-pages.mjs';

const rootDir = join(import.meta.dirname, '..');
// By URL, because the type check runs without a build.
const load = (/** @type {string} */ path) => import(new URL(`../build/${path}`, import.meta.url).href);

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
    openApi: JSON.parse(readFileSync(join(rootDir, 'dist/http/openapi.json'), 'utf8')),
  },
  rootDir,
);
for (const [path, text] of pages) writeFileSync(join(rootDir, path), text);
