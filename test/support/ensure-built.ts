import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isBuildCurrent } from '../../scripts/build/build-parts.mjs';

const script = join(import.meta.dirname, '../../scripts/prepare.mjs');

let building: Promise<void> | undefined;

/**
 * Builds `dist/` if it does not match the sources. A worker checks once. The script itself waits for a concurrent
 * build.
 */
export function ensureBuilt(): Promise<void> {
  building ??= build();
  return building;
}

async function build(): Promise<void> {
  if (isBuildCurrent()) return;
  await promisify(execFile)(process.execPath, [script, 'build']);
}

/** The time limit of a first build on a busy machine. */
export const buildTimeoutMs = 180_000;
