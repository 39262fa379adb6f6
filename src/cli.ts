#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { loadSettings } from './config/load-settings.js';
import { explainStartFault } from './explain-start-fault.js';
import { rotateEncryptionKey } from './persistence/rotate-encryption-key.js';

const usage = `Usage: pos-licensing <command>, with the settings of the service in the environment

  rotate-key   seals all secrets at rest with a new key; stop the service first. Where ENCRYPTION_KEY is set, put the
               new one into NEW_ENCRYPTION_KEY (or the name of its file into NEW_ENCRYPTION_KEY_FILE) for this call.
`;

const usageExitCode = 2;

async function rotateKey(): Promise<void> {
  const settings = loadSettings(process.env);
  const path = process.env.NEW_ENCRYPTION_KEY_FILE;
  const newKey = process.env.NEW_ENCRYPTION_KEY ?? (path ? readFileSync(path, 'utf8').trim() : null);
  if ((settings.encryptionKey === null) !== (newKey === null)) {
    throw new Error('NEW_ENCRYPTION_KEY must be set if, and only if, ENCRYPTION_KEY is.');
  }
  await rotateEncryptionKey(settings, newKey);
  process.stdout.write(
    newKey === null
      ? 'The key is rotated: the file "encryption-key" in DATA_DIR holds the new one.\n'
      : 'The key is rotated: set ENCRYPTION_KEY to the new one before the next start.\n',
  );
}

const commands: Readonly<Record<string, () => Promise<void>>> = { 'rotate-key': rotateKey };

process.umask(0o077);
const command = commands[process.argv[2] ?? ''];
if (command === undefined) {
  process.stderr.write(usage);
  process.exitCode = usageExitCode;
} else {
  await command().catch((error: unknown) => {
    process.stderr.write(`${explainStartFault(error)}\n`);
    process.exitCode = 1;
  });
}
