import {
  type NodeConnectionOptions,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import type { FollowLicenseOptions } from './follow-license-options.js';
import { InvalidOptionsError } from './invalid-options-error.js';

/**
 * Turns the options of a register into those of its NATS connection.
 * @throws InvalidOptionsError
 */
export function createConnectionOptions(options: FollowLicenseOptions): NodeConnectionOptions {
  const id = readId(options);
  const servers = typeof options.url === 'string' ? [options.url] : [...options.url];
  if (servers.length === 0 || servers.includes('')) {
    throw new InvalidOptionsError('url: expected the address of a broker, such as nats://10.0.0.2:4222.');
  }
  return {
    servers,
    name: id,
    authenticator: createAuthenticator(options),
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
  };
}

/** The id becomes a part of a subject, where a dot or a wildcard would mean something else. */
function readId(options: FollowLicenseOptions): string {
  const [field, id] = 'user' in options ? ['user', options.user] : ['deviceId', options.deviceId];
  if (/^[\w-]{1,64}$/.test(id)) return id;
  throw new InvalidOptionsError(
    `${field}: expected 1 to 64 of the characters A-Z a-z 0-9 _ -, as the broker knows it.`,
  );
}

function createAuthenticator(
  options: FollowLicenseOptions,
): ReturnType<typeof usernamePasswordAuthenticator | typeof tokenAuthenticator> {
  if ('user' in options) return usernamePasswordAuthenticator(options.user, options.password);
  return tokenAuthenticator(options.token);
}
