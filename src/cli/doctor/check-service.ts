import { existsSync } from 'node:fs';
import { CommandError } from '../command-error.js';
import { ServiceAwayError, type ServiceClient } from '../service-client.js';
import { fail, type Finding, ok, skip, warn } from './finding.js';

/** Whether the service answers; much of the rest is judged by that. */
export interface ServiceCheck {
  readonly isRunning: boolean;
  readonly findings: readonly Finding[];
}

const check = 'service';

export async function checkService(service: ServiceClient): Promise<ServiceCheck> {
  try {
    const response = await service.reach('/health/ready');
    const { status } = (await response.json().catch(() => ({}))) as { status?: unknown };
    if (typeof status !== 'string') {
      const message = `What answers at the address of the service is something else (HTTP ${response.status}).`;
      return {
        isRunning: false,
        findings: [
          fail(check, message, 'Check HOST and PORT, or --url; stop the other program, or move one of them.'),
        ],
      };
    }
    if (!response.ok) {
      const remedy = 'See its log; its database must answer, and it must not be stopping.';
      return {
        isRunning: true,
        findings: [fail(check, `The service runs, but is not ready (HTTP ${response.status}).`, remedy)],
      };
    }
    return { isRunning: true, findings: [ok(check, 'The service runs and is ready.')] };
  } catch (error) {
    if (!(error instanceof ServiceAwayError)) throw error;
    return {
      isRunning: false,
      findings: [warn(check, error.message, 'Start it; if it ends at once, its last line says why.')],
    };
  }
}

/** Whether the admin token that is known here is that of the running service, and the license is in order. */
export async function checkAdministration(
  service: ServiceClient,
  tokenPath: string | null,
): Promise<Finding[]> {
  if (tokenPath !== null && !existsSync(tokenPath)) {
    return [
      skip('admin-token', `There is no ${tokenPath}; who knows the token can name a file with --token-file.`),
    ];
  }
  try {
    const license = await service.read<{
      status: string;
      statusText: string;
      reauthorizationRequired: boolean;
      token: { status: string };
    }>('GET', '/api/license');
    return [ok('admin-token', 'The admin token is that of the service.'), checkLicense(license)];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const remedy =
      'Put the right one into ADMIN_TOKEN or the file; if it is lost, stop the service and run reset-admin-token.';
    return [fail('admin-token', 'The admin token that is known here is not that of the service.', remedy)];
  }
}

function checkLicense(license: {
  status: string;
  statusText: string;
  reauthorizationRequired: boolean;
  token: { status: string };
}): Finding {
  const message = `${license.statusText}; the license token is ${license.token.status === 'none' ? 'not there' : license.token.status}.`;
  if (license.reauthorizationRequired)
    return warn(
      'license',
      message,
      'Authorize this server anew before its token ends: pos-licensing authorize.',
    );
  if (license.status === 'unlicensed')
    return warn('license', message, 'Acquire a license: pos-licensing authorize.');
  if (license.status === 'expired')
    return fail('license', message, 'Renew it at the Authorization server, then run pos-licensing refresh.');
  if (license.status === 'requires-renewal')
    return warn('license', message, 'Renew it at the Authorization server.');
  if (license.token.status === 'valid') return ok('license', message);
  return fail('license', message, 'Reconnect this server to the internet, then run pos-licensing refresh.');
}
