import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const script = join(import.meta.dirname, '../../scripts/prepare.mjs');

/** Builds `dist/` if it is not of the sources as they are; test files that run at once build it once. */
export async function ensureBuilt(): Promise<void> {
  await promisify(execFile)(process.execPath, [script, 'build']);
}

/** What a first build may take on a busy machine. */
export const buildTimeoutMs = 180_000;
