import { loadSettings } from '../config/load-settings.js';
import type { Command } from './command.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';
import { withDatabase } from './open-offline.js';

export const resetAdminTokenCommand: Command = {
  summary: 'creates a new admin token if the old one is lost',
  details:
    'Creates a new admin token and writes it to initial-admin-token in DATA_DIR. The old token becomes invalid.\n' +
    'Stop the service first, and run this command as its user.',
  async run({ terminal, variables }) {
    const settings = loadSettings(variables);
    if (settings.adminToken !== null) {
      throw new CommandError(
        'admin-token-set',
        'ADMIN_TOKEN (or ADMIN_TOKEN_FILE) is set and overrides a stored token: change that setting.',
      );
    }
    const { resetAdminToken } = await import('../admin/reset-admin-token.js');
    const path = await withDatabase(settings, (database) => resetAdminToken(settings, database));
    terminal.notify('Admin token replaced, valid from the next start of the service. It is in:');
    terminal.print(path);
    return exitCodes.ok;
  },
};
