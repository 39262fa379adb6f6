import { createHash } from 'node:crypto';
import type { AuditEntry } from '../../domain/ports/license-store.js';

/** What stands for the entry before the first. */
export const emptyAuditChain = '';

/**
 * Chains an entry to the one before it: SHA-256, in hex, of that one's hash, a line feed, and the entry as a JSON array in
 * a fixed order. Who has the entries as JSON can compute it with any tool.
 */
export function hashAuditEntry(previousHash: string, entry: AuditEntry): string {
  const { at, actor, address, action, reason, before, after } = entry;
  const content = JSON.stringify([at.toISOString(), actor, address, action, reason, before, after]);
  return createHash('sha256').update(`${previousHash}\n${content}`).digest('hex');
}
