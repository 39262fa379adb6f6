import { randomUUID } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

const openToOthers = 0o077;

/** A file with a secret can be read by other users of this machine. */
export class ExposedFileError extends Error {
  readonly code = 'exposed-file';

  constructor(path: string) {
    super(
      `Other users can read ${path}: run chmod 600 on it, and replace the secret if it may have been read.`,
    );
    this.name = 'ExposedFileError';
  }
}

/**
 * Reads a file that only its owner may read, or creates it with what `create` returns.
 * @throws ExposedFileError if others can read it
 */
export function readOrCreatePrivateFile(path: string, create: () => string): string {
  if (!existsSync(path)) createWhole(path, create());
  removeDrafts(path);
  return readPrivateFile(path);
}

/** Reads a file that only its owner may read. @throws ExposedFileError if others can read it */
export function readPrivateFile(path: string): string {
  assertPrivateFile(path);
  return readFileSync(path, 'utf8').trim();
}

/** @throws ExposedFileError if others than its owner can read it. Windows has no such modes. */
export function assertPrivateFile(path: string): void {
  if (process.platform === 'win32') return;
  if ((statSync(path).mode & openToOthers) !== 0) throw new ExposedFileError(path);
}

/** Creates a file that is there whole or not at all, also when the process is killed; one that exists stays. */
function createWhole(path: string, content: string): void {
  // With PostgreSQL, it is the first that is written to the data folder.
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}.draft`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    // Another process has created it, and may have removed this draft with its own.
    if (!existsSync(path)) throw error;
  }
}

/** Also those of a process that was killed: once the file is there, nobody needs a draft of it. */
function removeDrafts(path: string): void {
  const [prefix, suffix] = [`${basename(path)}.`, '.draft'];
  for (const name of readdirSync(dirname(path))) {
    const isDraft = name.startsWith(prefix) && name.endsWith(suffix);
    if (isDraft && !name.slice(prefix.length, -suffix.length).includes('.')) {
      rmSync(join(dirname(path), name), { force: true });
    }
  }
}
