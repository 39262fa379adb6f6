import type { Command } from './command.js';
import { examine } from './doctor/examine.js';
import { formatFindings } from './doctor/format-findings.js';
import { exitCodes } from './exit-code.js';
import { jsonOption, serviceOptions } from './service-options.js';

export const doctorCommand: Command = {
  summary: 'diagnoses faults and names the remedy for each',
  details:
    'Checks settings, files, disk, service, database, key, audit trail, admin token, license, Authorization server, clock and\n' +
    'broker, and changes nothing. Run it as the user of the service and with its settings. If the service is not running, it\n' +
    'checks the database more thoroughly. Exits with 4 if it finds a fault, but not for a warning.',
  options: { ...jsonOption, ...serviceOptions },
  async run(input) {
    const findings = await examine(input);
    input.terminal.print(input.isSet('json') ? JSON.stringify(findings) : formatFindings(findings));
    return findings.some(({ verdict }) => verdict === 'fail') ? exitCodes.no : exitCodes.ok;
  },
};
