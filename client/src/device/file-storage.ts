import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DeviceStorage } from './device-storage.js';

/**
 * Keeps the state of a device in a file that only its owner can read (0600), and replaces it as a whole: after a power
 * cut there is the old state or the new one. A file that others can read is refused, as its secrets are none any more.
 */
export function fileStorage(path: string): DeviceStorage {
  return {
    async read() {
      const mode = await stat(path).then(
        (found) => found.mode,
        (error: unknown) => {
          if (isNotThere(error)) return null;
          throw error;
        },
      );
      if (mode === null) return null;
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
        throw new Error(`${path} can be read by others: run chmod 600 on it if none of them has.`);
      }
      return readFile(path, 'utf8');
    },
    async write(state) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.new`;
      await writeThrough(draft, state);
      await rename(draft, path);
      await syncFolder(dirname(path));
    },
  };
}

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    // One that a crash left behind keeps the mode that it had.
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is kept for good with its folder; Windows cannot open one, and does not need to. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isNotThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
