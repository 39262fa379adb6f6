import type { CustomFetch } from 'openid-client';
import type { Settings } from '../config/settings.js';

/**
 * Makes the fetch for every call to the Authorization server. Node's own ignores proxies, so where one is set requests
 * go through undici's environment proxy agent; NODE_EXTRA_CA_CERTS is honoured by Node itself either way.
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
