import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const script = join(import.meta.dirname, '../../scripts/prepare.mjs');

let building: Promise<void> | undefined;

/** Builds `dist/` if it does not match the sources. A worker looks once; the script itself waits for another that builds. */
export function ensureBuilt(): Promise<void> {
  building ??= build();
  return building;
}

async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, [script, 'build']);
}

/** What a first build may take on a busy machine. */
export const buildTimeoutMs = 180_000;
