import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { secretNames } from '../../config/environment.js';
import type { Settings } from '../../config/settings.js';
import { assertPrivateFile, ExposedFileError } from '../../persistence/private-file.js';
import type { Variables } from '../command.js';
import { fail, type Finding, ok, warn } from './finding.js';

const check = 'files';
const privateNames = ['encryption-key', 'encryption-key.next', 'initial-admin-token'];

/** Checks that the data folder can be used and that other users cannot read its secrets. */
export function checkFiles({ dataDir, database }: Settings, variables: Variables): Finding[] {
  if (!existsSync(dataDir)) {
    return [
      warn(check, `There is no folder ${dataDir}.`, 'The first start creates it; otherwise check DATA_DIR.'),
    ];
  }
  if (!statSync(dataDir).isDirectory()) {
    return [fail(check, `${dataDir} is not a folder.`, 'Point DATA_DIR to a folder, or move the file away.')];
  }
  const secrets = privateNames.map((name) => join(dataDir, name));
  if (database.kind === 'sqlite') secrets.push(database.path);
  const findings = [
    ...checkWritable(dataDir),
    ...secrets.flatMap((path) =>
      isExposed(path)
        ? [
            fail(
              check,
              `Other users can read ${path}.`,
              `Run chmod 600 ${path}, and replace the secret if somebody may have read it.`,
            ),
          ]
        : [],
    ),
    ...secretNames.flatMap((name) => checkSecretFile(name, variables[`${name}_FILE`])),
  ];
  return findings.length > 0 ? findings : [ok(check, `${dataDir} is accessible only to this user.`)];
}

function checkWritable(dataDir: string): Finding[] {
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return [];
  } catch {
    const remedy =
      'Run this command as the user of the service, or make that user the owner of the folder (chown).';
    return [fail(check, `This user cannot write to ${dataDir}.`, remedy)];
  }
}

/** Only a warning: secrets of a container are files that every user in it can read. */
function checkSecretFile(name: string, path: string | undefined): Finding[] {
  if (path === undefined || path === '' || !isExposed(path)) return [];
  return [
    warn(
      check,
      `Other users can read ${path} (${name}_FILE).`,
      'Run chmod 600 on it, unless it is a container secret.',
    ),
  ];
}

function isExposed(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    assertPrivateFile(path);
    return false;
  } catch (error) {
    if (error instanceof ExposedFileError) return true;
    throw error;
  }
}
