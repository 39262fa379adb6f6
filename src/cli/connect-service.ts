import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import type { CommandInput } from './command.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';
import { ServiceClient } from './service-client.js';

/** Returns a client for the running service, located by the options or else by the settings. Sends nothing yet. */
export function connectService(input: CommandInput, settings: Settings): ServiceClient {
  return new ServiceClient(findUrl(input, settings), () => findAdminToken(input, settings));
}

function findUrl(input: CommandInput, { host, port }: Settings): URL {
  const given = input.textOf('url');
  if (given === null) return urlOf(host, port);
  if (/^https?:\/\/[^/]/.test(given) && URL.canParse(given)) return new URL(given);
  throw new CommandError(
    'bad-url',
    '--url must be an HTTP URL, such as http://127.0.0.1:3000.',
    exitCodes.usage,
  );
}

/** A service that listens on all interfaces is reachable at the loopback address. */
function urlOf(host: string, port: number): URL {
  const reachable =
    { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host);
  return new URL(`http://${reachable}:${port}`);
}

function findAdminToken(input: CommandInput, { adminToken, dataDir }: Settings): string {
  const named = input.textOf('token-file');
  if (named === null && adminToken !== null) return adminToken;
  const path = named ?? join(dataDir, 'initial-admin-token');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const cause = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CommandError(
      'no-admin-token',
      `Cannot read the admin token from ${path} (${cause}): run this command as the user of the service, name a file with ` +
        '--token-file, or set ADMIN_TOKEN. If the token is lost, stop the service and run reset-admin-token.',
    );
  }
}
