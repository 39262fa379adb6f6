import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { licenseViewAt } from '../domain/license-view.js';
import type { Command, CommandInput } from './command.js';
import { connectService } from './connect-service.js';
import { exitCodes } from './exit-code.js';
import { formatLicense, type LicenseReport } from './format-license.js';
import { withDatabase } from './open-offline.js';
import { ServiceAwayError } from './service-client.js';
import { jsonOption, serviceOptions } from './service-options.js';

export const statusCommand: Command = {
  summary: 'shows the license',
  details:
    'Shows the license of this server. If the service is not running, the command reads it from its database.\n' +
    'Exits with 0 if registers can sell, otherwise with 4.',
  options: { ...jsonOption, ...serviceOptions },
  async run(input) {
    const license = await readLicense(input, loadSettings(input.variables));
    input.terminal.print(input.isSet('json') ? JSON.stringify(license) : formatLicense(license));
    return license.standing.isLicensed ? exitCodes.ok : exitCodes.no;
  },
};

/** Reads the license from the running service, or from its database. */
export async function readLicense(input: CommandInput, settings: Settings): Promise<LicenseReport> {
  try {
    return await connectService(input, settings).read<LicenseReport>('GET', '/api/license');
  } catch (error) {
    if (!(error instanceof ServiceAwayError) || input.textOf('url') !== null) throw error;
    const license = await readOffline(settings);
    input.terminal.notify('The service is not running: read from its database.');
    return license;
  }
}

async function readOffline(settings: Settings): Promise<LicenseReport> {
  const { LicenseRow } = await import('../persistence/entities/license.entity.js');
  const { decodeState } = await import('../persistence/license-document.js');
  return withDatabase(settings, (database) =>
    database.read(async (manager) => {
      const { state } = await manager.findOneByOrFail(LicenseRow, { id: 1 });
      return licenseViewAt(decodeState(state), settings.policy, new Date());
    }),
  );
}
