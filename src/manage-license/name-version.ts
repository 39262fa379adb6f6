import { hash } from 'node:crypto';

/** Returns a name for what a page shows: another name means another content. */
export function nameVersion(shown: string): string {
  return hash('sha256', shown, 'base64url').slice(0, 16);
}
