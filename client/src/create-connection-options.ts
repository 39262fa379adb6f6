import { isIP } from 'node:net';
import {
  type Authenticator,
  type NodeConnectionOptions,
  type TlsOptions,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { DeviceError } from './device/device-error.js';
import type { LicensedDevice } from './device/licensed-device.js';
import type { Credentials, ServerOptions } from './follow-license-options.js';
import { type Identity, idOf, readIdentity } from './identity.js';
import { InvalidOptionsError } from './invalid-options-error.js';

/**
 * The options of a NATS connection of a register or server, for those who make it themselves, such as a Nest
 * microservice. The token and its proof are made anew at each (re)connection.
 * @throws InvalidOptionsError
 * @throws DeviceError `not-authorized`
 */
export function createConnectionOptions(
  options: Omit<ServerOptions, 'serverUrl'> & Credentials,
): NodeConnectionOptions {
  return connectionOptionsFor(readIdentity(options), options);
}

/** @throws InvalidOptionsError, DeviceError */
export function connectionOptionsFor(
  identity: Identity,
  { natsUrl, serverId, tls }: ServerOptions,
): NodeConnectionOptions {
  const id = idOf(identity);
  const servers = readServers(natsUrl);
  return {
    servers,
    name: id,
    authenticator: createAuthenticator(identity, serverId),
    // A device may listen only on an inbox of its own, so that no other reads its answers.
    inboxPrefix: `_INBOX.${id}`,
    // Longer than the broker waits for the server to judge a token, so that the broker's own answer is heard.
    timeout: 12_000,
    // The default of ten attempts closes a register for good half a minute into an outage.
    maxReconnectAttempts: -1,
    reconnectTimeWait: 1_000,
    reconnectJitter: 1_000,
    reconnectJitterTLS: 1_000,
    // Otherwise two refusals in a row, as while the server restarts, close the connection for good.
    ignoreAuthErrorAbort: true,
    // A cable that was pulled is noticed within half a minute, not six.
    pingInterval: 10_000,
    maxPingOut: 2,
    ...(tls === undefined ? {} : { tls: withHost(tls, servers) }),
  };
}

/** @throws InvalidOptionsError */
export function readServers(natsUrl: ServerOptions['natsUrl']): string[] {
  const servers = typeof natsUrl === 'string' ? [natsUrl] : [...(natsUrl ?? [])];
  if (servers.length > 0 && !servers.includes('')) return servers;
  throw new InvalidOptionsError('natsUrl: expected the address of a broker, such as nats://10.0.0.2:4222.');
}

/**
 * Node looks for "localhost" in the certificate of an address without a name, unless it is told that address; of several
 * it can be told none.
 */
function withHost(tls: TlsOptions, servers: readonly string[]): TlsOptions {
  const [first = ''] = servers;
  const { hostname } = new URL(/^\w+:\/\//.test(first) ? first : `nats://${first}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 || servers.length > 1 ? tls : ({ host, ...tls } as TlsOptions);
}

function createAuthenticator(identity: Identity, serverId: string | undefined): Authenticator {
  if (identity.kind === 'device') return tokenAuthenticator(() => presentToken(identity.device, serverId));
  return usernamePasswordAuthenticator(identity.credentials.user, identity.credentials.password);
}

/** `<token>~<proof>`: a bound token is worth nothing without a fresh proof of its key for this very server. */
function presentToken(device: LicensedDevice, serverId: string | undefined): string {
  const { token, isBound } = device;
  if (!isBound) return token;
  const hubId = serverId ?? device.license?.hub?.id;
  if (hubId === undefined) {
    const message =
      'The license token names no hub: choose one at the Authorization server, or give serverId.';
    throw new DeviceError('hub-unknown', message);
  }
  return `${token}~${device.proofForNats(hubId, token)}`;
}
