import { createHash } from 'node:crypto';

/** What the database keeps of a token or code: its SHA-256, so that a stolen file holds nothing that works. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
