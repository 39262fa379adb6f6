import { loadSettings } from '../config/load-settings.js';
import type { Command, CommandInput } from './command.js';
import { CommandError } from './command-error.js';
import { connectService } from './connect-service.js';
import { exitCodes } from './exit-code.js';
import type { LicenseReport } from './format-license.js';
import { serviceOptions } from './service-options.js';

export const removeCommand: Command = {
  summary: 'removes the license from this server',
  details:
    'Removes the license from this server. Registers are notified immediately, and the license is revoked at the\n' +
    'Authorization server as soon as that is reachable. Asks for confirmation first.',
  options: { yes: { type: 'boolean', help: 'skips the confirmation' }, ...serviceOptions },
  async run(input) {
    const service = connectService(input, loadSettings(input.variables));
    const license = await service.read<LicenseReport>('GET', '/api/license');
    if (license.status === 'unlicensed') {
      input.terminal.notify('This server has no license.');
      return exitCodes.ok;
    }
    if (!(await isWanted(input, license))) {
      input.terminal.notify('Nothing was removed.');
      return exitCodes.no;
    }
    const answer = await service.send('DELETE', '/api/license');
    if (answer.kind === 'refused') throw new CommandError(answer.code, answer.detail);
    input.terminal.notify('The license was removed from this server.');
    return exitCodes.ok;
  },
};

async function isWanted({ isSet, terminal }: CommandInput, license: LicenseReport): Promise<boolean> {
  if (isSet('yes')) return true;
  const server = `${license.serverName} (${license.serverId})`;
  const answer = await terminal.ask(
    `Remove the license from ${server}? Registers can no longer sell. [y/N] `,
  );
  if (answer === null) {
    throw new CommandError(
      'not-asked',
      'Cannot ask for confirmation without a terminal: add --yes to remove the license.',
      exitCodes.usage,
    );
  }
  return /^y(es)?$/i.test(answer.trim());
}
