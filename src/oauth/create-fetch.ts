import type { CustomFetch } from 'openid-client';
import type { Settings } from '../config/settings.js';

/**
 * Returns the fetch function for all requests to the Authorization server. Node's built-in fetch ignores proxy
 * settings, so with a proxy requests go through undici's proxy agent. Node applies NODE_EXTRA_CA_CERTS to both.
 */
export async function createFetch({ proxy }: Settings): Promise<CustomFetch> {
  if (proxy.https === null && proxy.http === null)
    return (url, options) => fetch(url, options as RequestInit);
  const { EnvHttpProxyAgent, fetch: fetchByUndici } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: proxy.http ?? '',
    httpsProxy: proxy.https ?? '',
    noProxy: proxy.exceptions ?? '',
  });
  const fetchThroughProxy = fetchByUndici as unknown as typeof fetch;
  return (url, options) => fetchThroughProxy(url, { ...options, dispatcher } as unknown as RequestInit);
}
