/** The broker as this service reaches it, of a cluster the first; where that is itself, others get there by the host that they have called. */
export function brokerUrlFor(natsUrl: string, calledHostname: string): string {
  const url = new URL(natsUrl.replace(/,.*/, ''));
  if (['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) url.hostname = calledHostname;
  return `${url.protocol}//${url.host}`;
}
