import { existsSync } from 'node:fs';
import { CommandError } from '../command-error.js';
import { readAnswer } from '../read-answer.js';
import { ServiceAwayError, type ServiceClient } from '../service-client.js';
import { fail, type Finding, ok, skip, warn } from './finding.js';

/** The result of the service check; other checks depend on `isRunning`. */
export interface ServiceCheck {
  readonly isRunning: boolean;
  readonly findings: readonly Finding[];
}

const check = 'service';

export async function checkService(service: ServiceClient): Promise<ServiceCheck> {
  try {
    const response = await service.reach('/health/ready');
    const { status } = (await readAnswer(response).catch(() => ({}))) as { status?: unknown };
    if (typeof status !== 'string') {
      const message = `Another program answers at the address of the service (HTTP ${response.status}).`;
      return {
        isRunning: false,
        findings: [
          fail(
            check,
            message,
            'Check HOST and PORT, or --url. Stop the other program, or give one of them another port.',
          ),
        ],
      };
    }
    if (!response.ok) {
      const remedy = 'See its log. Its database may not answer, or it may be shutting down.';
      return {
        isRunning: true,
        findings: [fail(check, `The service is running but not ready (HTTP ${response.status}).`, remedy)],
      };
    }
    return { isRunning: true, findings: [ok(check, 'The service is running and ready.')] };
  } catch (error) {
    if (!(error instanceof ServiceAwayError)) throw error;
    return {
      isRunning: false,
      findings: [
        warn(check, error.message, 'Start it. If it exits immediately, see the last line of its log.'),
      ],
    };
  }
}

/** Checks the admin token against the running service, and the license. */
export async function checkAdministration(
  service: ServiceClient,
  tokenPath: string | null,
): Promise<Finding[]> {
  if (tokenPath !== null && !existsSync(tokenPath)) {
    return [
      skip(
        'admin-token',
        `There is no ${tokenPath}. If you have the token, name its file with --token-file.`,
      ),
    ];
  }
  try {
    const license = await service.read<{
      status: string;
      statusText: string;
      reauthorizationRequired: boolean;
      token: { status: string };
    }>('GET', '/api/license');
    return [ok('admin-token', 'The service accepts the admin token.'), checkLicense(license)];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const remedy =
      'Put the correct token into ADMIN_TOKEN or the file. If it is lost, stop the service and run reset-admin-token.';
    return [fail('admin-token', 'The service rejects the admin token.', remedy)];
  }
}

function checkLicense(license: {
  status: string;
  statusText: string;
  reauthorizationRequired: boolean;
  token: { status: string };
}): Finding {
  const message = `${license.statusText}; the license token is ${license.token.status === 'none' ? 'missing' : license.token.status}.`;
  if (license.reauthorizationRequired)
    return warn(
      'license',
      message,
      'Authorize this server again before its token expires: pos-licensing authorize.',
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
