import type { Command } from './command.js';

/** All commands, in the order of the help. Loaded on demand: most need no database. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  status: async () => (await import('./status-command.js')).statusCommand,
  authorize: async () => (await import('./authorize-command.js')).authorizeCommand,
  refresh: async () => (await import('./refresh-command.js')).refreshCommand,
  remove: async () => (await import('./remove-command.js')).removeCommand,
  audit: async () => (await import('./audit-command.js')).auditCommand,
  backup: async () => (await import('./backup-command.js')).backupCommand,
  restore: async () => (await import('./restore-command.js')).restoreCommand,
  'rotate-key': async () => (await import('./rotate-key-command.js')).rotateKeyCommand,
  'reset-admin-token': async () => (await import('./reset-admin-token-command.js')).resetAdminTokenCommand,
  'check-authorization-server': async () =>
    (await import('./check-authorization-server-command.js')).checkAuthorizationServerCommand,
  doctor: async () => (await import('./doctor-command.js')).doctorCommand,
  health: async () => (await import('./health-command.js')).healthCommand,
  peers: async () => (await import('./peers-command.js')).peersCommand,
  events: async () => (await import('./events-command.js')).eventsCommand,
  'support-bundle': async () => (await import('./support-bundle-command.js')).supportBundleCommand,
};
