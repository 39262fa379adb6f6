import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DeviceStorage } from './device-storage.js';

/**
 * Stores the state of a device in a file that only its owner can read (mode 0600). Each write is atomic and durable:
 * after a power cut the file holds the old state or the new one. `read` rejects a file that other users can read.
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
        throw new Error(`${path} is readable by other users: restrict it with chmod 600`);
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
    // `open` does not change the mode of a file that a crash left behind.
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Syncs the folder, which makes a rename durable. Windows cannot open a folder and does not need this. */
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
