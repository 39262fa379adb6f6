import type { Command } from './command.js';
import { examine } from './doctor/examine.js';
import { examineBundle } from './support-bundle/examine-bundle.js';
import { readBundle } from './support-bundle/support-bundle.js';
import { formatFindings } from './doctor/format-findings.js';
import { exitCodes } from './exit-code.js';
import { jsonOption, serviceOptions } from './service-options.js';

export const doctorCommand: Command = {
  summary: 'diagnoses faults and names the remedy for each',
  details:
    'Checks settings, files, disk, service, database, key, audit trail, admin token, license, Authorization server, clock and\n' +
    'broker, and changes nothing. Run it as the user of the service and with its settings. If the service is not running, it\n' +
    'checks the database more thoroughly. Exits with 4 if it finds a fault, but not for a warning.\n' +
    'With --bundle it shows what the doctor found where a support bundle was written.',
  options: {
    bundle: { type: 'string', placeholder: '<file>', help: 'reads a support bundle instead' },
    ...jsonOption,
    ...serviceOptions,
  },
  async run(input) {
    const path = input.textOf('bundle');
    const findings = path === null ? await examine(input) : examineBundle(readBundle(path));
    input.terminal.print(input.isSet('json') ? JSON.stringify(findings) : formatFindings(findings));
    return findings.some(({ verdict }) => verdict === 'fail') ? exitCodes.no : exitCodes.ok;
  },
};
