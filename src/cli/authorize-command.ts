import { loadSettings } from '../config/load-settings.js';
import type { Command, CommandInput } from './command.js';
import { CommandError } from './command-error.js';
import { connectService } from './connect-service.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { formatLicense, type LicenseReport, named } from './format-license.js';
import { readAnswer } from './read-answer.js';
import type { ServiceClient } from './service-client.js';
import { jsonOption, serviceOptions } from './service-options.js';

interface UserCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresAt: string;
}

/** Final outcomes of a user code: polling again cannot change them. */
const decisions = new Set([
  'authorization-denied',
  'license-refused',
  'user-code-expired',
  'no-authorization-pending',
]);

export const authorizeCommand: Command = {
  summary: 'acquires a license: prints a user code and waits for the authorization',
  details:
    'Acquires a license on a server without a browser. Prints a user code and the address where to enter it, then waits\n' +
    'until the code is authorized, denied or expired. Ctrl-C stops the waiting; the service keeps polling.\n' +
    'With --json the first line is the code and the second the license.\n' +
    'Exits with 4 if the authorization is denied, refused or expires.',
  options: { ...jsonOption, ...serviceOptions },
  async run(input) {
    const service = connectService(input, loadSettings(input.variables));
    const before = await service.read<LicenseReport>('GET', '/api/license');
    const code = await requestCode(service);
    showCode(input, code, before);
    const license = await waitForLicense(input, service, new Date(code.expiresAt));
    input.terminal.print(input.isSet('json') ? JSON.stringify(license) : `\n${formatLicense(license)}`);
    return exitCodes.ok;
  },
};

async function requestCode(service: ServiceClient): Promise<UserCode> {
  const answer = await service.send('POST', '/api/license/authorization');
  if (answer.kind === 'refused') {
    const remedy =
      answer.code === 'license-present' ? ' (pos-licensing refresh, or pos-licensing remove)' : '';
    throw new CommandError(answer.code, `${answer.detail}${remedy}`);
  }
  return (await readAnswer(answer.response)) as UserCode;
}

function showCode(
  { terminal, isSet }: CommandInput,
  code: UserCode,
  { serverId, serverName }: LicenseReport,
): void {
  if (isSet('json')) return terminal.print(JSON.stringify(code));
  terminal.print(
    [
      '1. Log in to the Authorization server, choose the organization, then Authorize Device:',
      `     ${code.verificationUri}`,
      serverId === null
        ? '2. Choose the device to license.'
        : `2. Choose the device to license, which was ${named(serverId, serverName)}.`,
      '3. Enter this User Code, choose Authorize and confirm:',
      `     ${code.userCode}`,
    ].join('\n'),
  );
}

async function waitForLicense(
  { terminal }: CommandInput,
  service: ServiceClient,
  expiresAt: Date,
): Promise<LicenseReport> {
  let notifiedMinutes = Number.POSITIVE_INFINITY;
  for (;;) {
    const minutes = Math.max(0, Math.ceil((expiresAt.getTime() - Date.now()) / 60_000));
    if (minutes < notifiedMinutes)
      terminal.notify(`Waiting for the authorization. The code expires in ${minutes} min.`);
    notifiedMinutes = Math.min(notifiedMinutes, minutes);
    // No pause here: the service delays its response until the next permitted poll.
    const answer = await service.send('POST', '/api/license/authorization/complete');
    if (answer.kind === 'done') return (await readAnswer(answer.response)) as LicenseReport;
    if (isNoAnswer(answer.code)) terminal.notify(answer.detail);
    else if (answer.code !== 'authorization-pending')
      throw new CommandError(answer.code, answer.detail, exitOf(answer.code));
  }
}

/** Without an answer, and with one of another program, the code is still good; the next poll reports if it is not. */
function isNoAnswer(code: string): boolean {
  return code === 'authorization-server-unreachable' || code === 'authorization-server-unsuitable';
}

function exitOf(code: string): ExitCode {
  return decisions.has(code) ? exitCodes.no : exitCodes.failure;
}
