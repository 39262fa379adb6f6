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
/** Kubernetes sets it on the files of a volume with `fsGroup`, at each start of the pod. */
const openToGroup = 0o060;

/** Other users of this machine can read a file with a secret. */
export class ExposedFileError extends Error {
  readonly code = 'exposed-file';

  constructor(path: string) {
    super(
      `Other users can read ${path}: run chmod 600 on it, and replace the secret if somebody may have read it.`,
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

/** @throws ExposedFileError if other users can read the file. Windows has no file modes. */
export function assertPrivateFile(path: string): void {
  if (process.platform === 'win32') return;
  const { mode, gid } = statSync(path);
  if ((mode & openToOthers) === 0) return;
  if ((mode & openToOthers) !== openToGroup || !isOwnGroup(gid)) throw new ExposedFileError(path);
  process.emitWarning(
    `The group ${gid} of this process can read ${path}. That is usual for a Kubernetes volume with fsGroup. Elsewhere run chmod 600 on it.`,
  );
}

function isOwnGroup(gid: number): boolean {
  return gid === process.getgid?.() || process.getgroups?.().includes(gid) === true;
}

/** Creates a file atomically, even if the process is killed. Keeps an existing file. */
function createWhole(path: string, content: string): void {
  // With PostgreSQL this is the first file in the data folder.
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    writeFileSync(draft, content, { mode: 0o600, flush: true });
    linkSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    // Another process created the file and may have removed this draft.
    if (!existsSync(path)) throw error;
  }
}

/** A UUID, or a process id in earlier versions. */
const draftSuffix = /^\.(?:\d+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.draft$/;

/** Removes drafts, including those of killed processes: none is needed once the file exists. */
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
    // In a read-only folder a leftover draft does no harm.
  }
}
