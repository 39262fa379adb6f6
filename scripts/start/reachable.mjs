/** @param {string} host an address to listen on, of which some cannot be connected to */
export function reachable(host) {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}
