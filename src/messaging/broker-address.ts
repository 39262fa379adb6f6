import { isIP } from 'node:net';
import type { ConnectionOptions, TlsOptions } from '@nats-io/transport-node';

/**
 * How to reach the broker at `url`, or at one of several that commas separate. Where the first is `tls://`, a broker without
 * TLS is refused: by the scheme alone it could talk a connection out of its encryption.
 */
export function addressOptions(url: string): Pick<ConnectionOptions, 'servers' | 'tls'> {
  const servers = url.split(',');
  const [first = ''] = servers;
  if (!first.startsWith('tls:')) return { servers };
  const host = new URL(first).hostname.replace(/^\[|\]$/g, '');
  // Node looks for "localhost" in the certificate of an address without a name, unless it is told that address; of several
  // it can be told none.
  const tls = isIP(host) === 0 || servers.length > 1 ? {} : ({ host } as TlsOptions);
  return { servers, tls };
}
