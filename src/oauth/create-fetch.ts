import type { CustomFetch } from 'openid-client';
import type { Settings } from '../config/settings.js';

/** A proxy refuses a request. The message names the proxy and its status. */
export class ProxyError extends Error {
  constructor(proxy: string, status: string | number, cause?: unknown) {
    super(`the proxy ${hostOf(proxy)} answered ${status}`, { cause });
    this.name = 'ProxyError';
  }
}

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
  return async (url, options) => {
    const address = (url.startsWith('https:') ? proxy.https : proxy.http) ?? '';
    try {
      const response = await fetchThroughProxy(url, { ...options, dispatcher } as unknown as RequestInit);
      if (response.status === 407) throw new ProxyError(address, 407);
      return response;
    } catch (error) {
      const status = tunnelStatusOf(error);
      throw status === null ? error : new ProxyError(address, status, error);
    }
  };
}

/** Returns the status of a refused CONNECT, which undici reports only in its message. */
function tunnelStatusOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  return /Proxy response \((\d{3})\)/.exec(error.message)?.[1] ?? tunnelStatusOf(error.cause);
}

/** The address may contain a password. */
function hostOf(proxy: string): string {
  return URL.canParse(proxy) ? new URL(proxy).host : 'of HTTPS_PROXY';
}
