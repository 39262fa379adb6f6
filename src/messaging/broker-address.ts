import { isIP } from 'node:net';
import type { ConnectionOptions, TlsOptions } from '@nats-io/transport-node';

/**
 * Returns the options to reach the broker at `url`, or at any of several URLs separated by commas. If the first is `tls://`,
 * TLS is required: the scheme alone would let a broker downgrade the connection.
 */
export function addressOptions(url: string): Pick<ConnectionOptions, 'servers' | 'tls'> {
  const servers = url.split(',');
  const [first = ''] = servers;
  if (!first.startsWith('tls:')) return { servers };
  const host = new URL(first).hostname.replace(/^\[|\]$/g, '');
  // For an IP address Node checks the certificate against "localhost" unless `host` is set, which fits only a single URL.
  const tls = isIP(host) === 0 || servers.length > 1 ? {} : ({ host } as TlsOptions);
  return { servers, tls };
}
