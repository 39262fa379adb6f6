import { isIP } from 'node:net';
import type { TlsOptions } from '@nats-io/transport-node';

/**
 * What a connection to brokers is told of TLS: nothing where the first address is `nats://`; else that it must be there, as
 * the scheme alone would let a broker talk a connection out of its encryption. An address without a name has to be told to
 * Node as well, which would otherwise look for "localhost" in the certificate; several of them cannot be.
 */
export function tlsFor(servers: readonly string[]): { tls?: TlsOptions } {
  const [first = ''] = servers;
  if (!first.startsWith('tls:')) return {};
  const host = new URL(first).hostname.replace(/^\[|\]$/g, '');
  return { tls: isIP(host) === 0 || servers.length > 1 ? {} : ({ host } as TlsOptions) };
}
