import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getMetadataStorage } from 'class-validator';
import { describeSettings } from './docs/describe-settings.mjs';

// As it was built: by its address, because a check of types has no build.
const built = new URL('../dist/config/environment.js', import.meta.url).href;
const { Environment, secretNames } = await import(built);
const rootDir = join(import.meta.dirname, '..');
const reference = await describeSettings({
  defaults: Object.fromEntries(Object.entries(new Environment())),
  checks: getMetadataStorage().getTargetValidationMetadatas(Environment, '', false, false),
  secretNames,
  readme: readFileSync(join(rootDir, 'README.md'), 'utf8'),
});
writeFileSync(join(rootDir, 'docs/settings.md'), reference);
