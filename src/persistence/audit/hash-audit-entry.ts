import { createHash } from 'node:crypto';
import type { AuditEntry } from '../../domain/ports/license-store.js';

/** The previous hash of the first entry. */
export const emptyAuditChain = '';

/**
 * Returns the hash that chains an entry to the previous one: SHA-256, in hex, of the previous hash, a line feed and the
 * entry as a JSON array in a fixed order. Any tool can compute it from exported entries.
 */
export function hashAuditEntry(previousHash: string, entry: AuditEntry): string {
  const { at, actor, address, action, reason, before, after } = entry;
  const content = JSON.stringify([at.toISOString(), actor, address, action, reason, before, after]);
  return createHash('sha256').update(`${previousHash}\n${content}`).digest('hex');
}
