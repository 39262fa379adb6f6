import { userInfo } from 'node:os';
import type { AuditActor } from '../../domain/audit-actor.js';

/** Returns the audit actor for a command: the user who runs it on this machine. */
export function commandLineActor(): AuditActor {
  return { name: `command line (${userName()})`, address: null };
}

/** In a container, the user may not have a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
