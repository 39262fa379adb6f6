import { loadSettings } from '../config/load-settings.js';
import type { Command } from './command.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';
import { withDatabase } from './open-offline.js';

export const resetAdminTokenCommand: Command = {
  summary: 'makes a new admin token, where the old one is lost',
  details:
    'Makes a new admin token and writes it to initial-admin-token in DATA_DIR; the old one is worth nothing from the next\n' +
    'start of the service. Stop the service first, and run this as its user.',
  async run({ terminal, variables }) {
    const settings = loadSettings(variables);
    if (settings.adminToken !== null) {
      throw new CommandError(
        'admin-token-set',
        'The admin token is the setting ADMIN_TOKEN (or ADMIN_TOKEN_FILE), which beats a stored one: change it there.',
      );
    }
    const { resetAdminToken } = await import('../admin/reset-admin-token.js');
    const path = await withDatabase(settings, (database) => resetAdminToken(settings, database));
    terminal.notify('The admin token is replaced; it counts from the next start of the service. It is in:');
    terminal.print(path);
    return exitCodes.ok;
  },
};
