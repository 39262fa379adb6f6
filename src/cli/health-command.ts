import { loadSettings } from '../config/load-settings.js';
import type { Command } from './command.js';
import { connectService } from './connect-service.js';
import { exitCodes } from './exit-code.js';
import { formatTable } from './format-table.js';
import { type HealthPart, type HealthReport, readHealth } from './read-health.js';
import { jsonOption, serviceOptions } from './service-options.js';

export const healthCommand: Command = {
  summary: 'shows the health of the running service',
  details:
    'Shows each part of GET /health. A degraded part means that a restart would not help; docs/operations.md describes each.\n' +
    'Needs no admin token. Exits with 4 unless all parts are up.',
  options: { ...jsonOption, url: serviceOptions.url },
  async run(input) {
    const health = await readHealth(connectService(input, loadSettings(input.variables)));
    input.terminal.print(input.isSet('json') ? JSON.stringify(health) : formatHealth(health));
    return health.status === 'ok' ? exitCodes.ok : exitCodes.no;
  },
};

function formatHealth({ status, version, details }: HealthReport): string {
  const rows = Object.entries(details).map(([part, report]) => [report.status, part, describe(report)]);
  return `${formatTable(rows)}\n\nHealth: ${status}. Service version: ${version}.`;
}

function describe({ status: _status, ...members }: HealthPart): string {
  return Object.entries(members)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
