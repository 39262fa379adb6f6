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
 * Returns the options for a NATS connection of a register or server, for applications that connect themselves, such as a
 * Nest microservice. Each (re)connection uses the current token and a new proof.
 * @throws InvalidOptionsError if an option is invalid
 * @throws DeviceError `not-authorized` if the device has no license token
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
    // A device may subscribe only to its own inbox, so that no other device reads its answers.
    inboxPrefix: `_INBOX.${id}`,
    // Longer than the broker's auth-callout timeout, so that the broker's own error arrives.
    timeout: 12_000,
    // The default of ten attempts closes the connection permanently half a minute into an outage.
    maxReconnectAttempts: -1,
    reconnectTimeWait: 1_000,
    reconnectJitter: 1_000,
    reconnectJitterTLS: 1_000,
    // Without it, two refusals in a row, for example during a restart of the server, close the connection permanently.
    ignoreAuthErrorAbort: true,
    // Detects a pulled cable within 30 seconds. The default takes six minutes.
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
 * Sets the expected name in the broker's certificate to its IP address, because Node expects "localhost" for an IP
 * address. The option takes one name, so it is not set for several brokers.
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

/** Returns the token, or `<token>~<proof>` if it is bound: the broker refuses a bound token without a new proof. */
function presentToken(device: LicensedDevice, serverId: string | undefined): string {
  const { token, isBound } = device;
  if (!isBound) return token;
  const hubId = serverId ?? device.license?.hub?.id;
  if (hubId === undefined) {
    const message =
      'The license token contains no hub: set one at the Authorization server, or set serverId.';
    throw new DeviceError('hub-unknown', message);
  }
  return `${token}~${device.proofForNats(hubId, token)}`;
}
