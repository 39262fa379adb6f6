import { userInfo } from 'node:os';
import type { AuditActor } from '../../domain/audit-actor.js';

/** Whoever runs a command on this machine, as the audit trail shows them. */
export function commandLineActor(): AuditActor {
  return { name: `command line (${userName()})`, address: null };
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
