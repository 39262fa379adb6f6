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
  try {
    writeFileSync(draft, content, { mode: 0o600, flush: true });
    linkSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    // Another process has created it, and may have removed this draft with its own.
    if (!existsSync(path)) throw error;
  }
}

/** Named by a UUID, and by an earlier version with the number of its process. */
const draftSuffix = /^\.(?:\d+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.draft$/;

/** Also those of a process that was killed: once the file is there, nobody needs a draft of it. */
function removeDrafts(path: string): void {
  const [folder, file] = [dirname(path), basename(path)];
  for (const name of readdirSync(folder)) {
    if (name.startsWith(file) && draftSuffix.test(name.slice(file.length)))
      removeIfAllowed(join(folder, name));
  }
}

function removeIfAllowed(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // In a folder that cannot be written to, what is left there does no harm.
  }
}
