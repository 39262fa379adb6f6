import { loadSettings } from '../config/load-settings.js';
import type { Command } from './command.js';
import { CommandError } from './command-error.js';
import { connectService } from './connect-service.js';
import { exitCodes } from './exit-code.js';
import { formatLicense, type LicenseReport } from './format-license.js';
import { readAnswer } from './read-answer.js';
import { jsonOption, serviceOptions } from './service-options.js';

export const refreshCommand: Command = {
  summary: 'gets a new license token now',
  details:
    'Makes the running service refresh its license token at the Authorization server, and shows the license.\n' +
    'Exits with 4 if the Authorization server refuses or has revoked the license.',
  options: { ...jsonOption, ...serviceOptions },
  async run(input) {
    const answer = await connectService(input, loadSettings(input.variables)).send(
      'POST',
      '/api/license/refresh',
    );
    if (answer.kind === 'refused') {
      const isDecided = answer.code === 'license-refused' || answer.code === 'unlicensed';
      throw new CommandError(answer.code, answer.detail, isDecided ? exitCodes.no : exitCodes.failure);
    }
    const license = (await readAnswer(answer.response)) as LicenseReport;
    input.terminal.print(input.isSet('json') ? JSON.stringify(license) : formatLicense(license));
    return license.standing.isLicensed ? exitCodes.ok : exitCodes.no;
  },
};
