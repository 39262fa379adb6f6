import { adminTokenPath } from '../../admin/admin-token.js';
import { InvalidSettingsError, loadSettings } from '../../config/load-settings.js';
import type { Settings } from '../../config/settings.js';
import type { CommandInput } from '../command.js';
import type { ServiceClient } from '../service-client.js';
import { connectService } from '../connect-service.js';
import { readHealth } from '../read-health.js';
import { addRunbook } from './add-runbook.js';
import { checkAuthorizationServer } from './check-authorization-server.js';
import { checkBroker } from './check-broker.js';
import { checkDatabase } from './check-database.js';
import { checkDisk } from './check-disk.js';
import { checkFiles } from './check-files.js';
import { type Health, reportAuthorizationServer, reportBroker, reportLosses } from './check-health.js';
import { checkAdministration, checkService } from './check-service.js';
import { fail, type Finding, ok } from './finding.js';

/** Runs all checks in order. A check that throws becomes a finding; the others still run. */
export async function examine(input: CommandInput): Promise<Finding[]> {
  const settings = readSettings(input);
  if (Array.isArray(settings)) return settings;
  const service = connectService(input, settings);
  const { isRunning, findings } = await checkService(service);
  const all = [
    ok('settings', 'The settings are valid.'),
    ...(await guard('files', () => checkFiles(settings, input.variables))),
    ...(await guard('disk', () => [checkDisk(settings.dataDir)])),
    ...findings,
    ...(await guard('database', () => checkDatabase(settings, isRunning))),
    ...(isRunning
      ? await guard('admin-token', () => checkAdministration(service, tokenPathOf(input, settings)))
      : []),
    ...(isRunning
      ? await guard('health', () => checkWithService(input, service, settings))
      : await checkAlone(settings)),
  ];
  return all.map((finding) => addRunbook(finding, settings.runbookUrl));
}

/** Checks the Authorization server and the broker from here, because the service does not run. */
async function checkAlone(settings: Settings): Promise<Finding[]> {
  return [
    ...(await guard('authorization-server', () => checkAuthorizationServer(settings))),
    ...(await guard('broker', () => checkBroker(settings, false))),
  ];
}

/**
 * Checks the Authorization server and the broker of the running service. One whose address or login is not among the settings of this command
 * may be another one than that of the service, so the service is asked.
 */
async function checkWithService(
  { variables }: CommandInput,
  service: ServiceClient,
  settings: Settings,
): Promise<Finding[]> {
  const health = (await readHealth(service)).details as Health;
  const knowsServer = Boolean(variables['AUTH_SERVER_URL']);
  return [
    ...(knowsServer
      ? await guard('authorization-server', () => checkAuthorizationServer(settings))
      : reportAuthorizationServer(health)),
    ...(settings.nats.login === null
      ? reportBroker(health)
      : await guard('broker', () => checkBroker(settings, true))),
    ...reportLosses(health),
  ];
}

function readSettings({ variables }: CommandInput): Settings | Finding[] {
  try {
    return loadSettings(variables);
  } catch (error) {
    if (!(error instanceof InvalidSettingsError)) throw error;
    return error.faults.map((fault) =>
      fail('settings', `${fault}.`, 'Correct the setting; docs/settings.md lists them all.'),
    );
  }
}

function tokenPathOf(input: CommandInput, { adminToken, dataDir }: Settings): string | null {
  return input.textOf('token-file') ?? (adminToken === null ? adminTokenPath(dataDir) : null);
}

async function guard(check: string, work: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return [fail(check, `The check failed (${cause}).`, 'Run this command as the user of the service.')];
  }
}
