import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getMetadataStorage } from 'class-validator';
import { expect, it } from 'vitest';
import { Environment, secretNames } from '../../src/config/environment.js';
import { describeSettings } from './describe-settings.mjs';

const rootDir = join(import.meta.dirname, '../..');
const readme = readFileSync(join(rootDir, 'README.md'), 'utf8');

it('docs/settings.md is what npm run docs would write', async () => {
  const reference = await describeSettings({
    defaults: Object.fromEntries(Object.entries(new Environment())),
    checks: getMetadataStorage().getTargetValidationMetadatas(Environment, '', false, false),
    secretNames,
    readme,
  });
  expect(readFileSync(join(rootDir, 'docs/settings.md'), 'utf8')).toBe(reference);
});

it('a setting of which README.md says nothing is not made up', async () => {
  const checks = [{ propertyName: 'NEW_SETTING', message: 'NEW_SETTING must be new' }];
  await expect(describeSettings({ defaults: {}, checks, secretNames, readme })).rejects.toThrow(
    'NEW_SETTING',
  );
});
