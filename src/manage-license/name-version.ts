import { createHash } from 'node:crypto';

/** Returns a name for what a page shows: another name means another content. */
export function nameVersion(shown: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16);
}
