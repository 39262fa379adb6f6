import { timingSafeEqual } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync, truncateSync } from 'node:fs';
import type { SecretBox } from './secret-box.js';
import { syncFile } from './sync-file.js';

const prefix = '\npos-licensing-hmac-sha256:';
const tagLength = prefix.length + 64 + 1;

/** A backup is not what a service with this key has written; the message names the remedy. */
export class BackupTagError extends Error {
  private constructor(
    readonly code: 'backup-unauthenticated' | 'backup-altered',
    message: string,
  ) {
    super(message);
    this.name = 'BackupTagError';
  }

  static absent(path: string): BackupTagError {
    return new BackupTagError(
      'backup-unauthenticated',
      `${path} has no authentication code: an older version or another program wrote it. If you trust where it was kept, ` +
        'add --unauthenticated.',
    );
  }

  static altered(path: string): BackupTagError {
    return new BackupTagError(
      'backup-altered',
      `${path} was changed after it was written, or another key wrote it: restore another backup.`,
    );
  }
}

/** Appends the authentication code of a backup to its file. SQLite ignores what follows the last page. */
export async function appendBackupTag(path: string, box: SecretBox): Promise<void> {
  const code = await codeOf(path, statSync(path).size, box);
  await syncFile(path, `${prefix}${code}\n`);
}

/**
 * Removes the authentication code from a copy of a backup after comparing it, and returns whether there was one.
 * @param box `null` if the key is lost, so that the code cannot be compared
 * @throws BackupTagError if the code does not match
 */
export async function stripBackupTag(
  copy: string,
  backupPath: string,
  box: SecretBox | null,
): Promise<boolean> {
  const length = statSync(copy).size - tagLength;
  const code = readTag(copy, length);
  if (code === null) return false;
  if (box !== null) {
    const expected = await codeOf(copy, length, box);
    if (!timingSafeEqual(Buffer.from(code), Buffer.from(expected))) throw BackupTagError.altered(backupPath);
  }
  truncateSync(copy, length);
  return box !== null;
}

function readTag(path: string, start: number): string | null {
  if (start <= 0) return null;
  const end = Buffer.alloc(tagLength);
  const file = openSync(path, 'r');
  try {
    readSync(file, end, 0, tagLength, start);
  } finally {
    closeSync(file);
  }
  const text = end.toString('latin1');
  return text.startsWith(prefix)
    ? (/^[0-9a-f]{64}(?=\n$)/.exec(text.slice(prefix.length))?.[0] ?? null)
    : null;
}

async function codeOf(path: string, length: number, box: SecretBox): Promise<string> {
  const hmac = box.createBackupHmac();
  for await (const chunk of createReadStream(path, { end: length - 1 })) hmac.update(chunk as Buffer);
  return hmac.digest('hex');
}
