/**
 * Returns the broker address for a caller: the first of a cluster. A loopback host is replaced by the host that the
 * caller used.
 */
export function brokerUrlFor(natsUrl: string, calledHostname: string): string {
  const url = new URL(natsUrl.replace(/,.*/, ''));
  if (['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) url.hostname = calledHostname;
  return `${url.protocol}//${url.host}`;
}
