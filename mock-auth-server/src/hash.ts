import { createHash } from 'node:crypto';

/** Returns the SHA-256 of a token or code: all that the database stores, so that a stolen file has no usable secret. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
