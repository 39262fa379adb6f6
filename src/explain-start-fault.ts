/** Says why the service cannot start: a line or two with the cure for what we know, everything for what we do not. */
export function explainStartFault(error: unknown): string {
  if (!(error instanceof Error)) return `The service cannot start: ${String(error)}`;
  if ('code' in error) {
    if (error.code === 'EADDRINUSE') {
      const port = 'port' in error ? ` ${String(error.port)}` : '';
      return `The service cannot start: its port${port} is in use. Stop what uses it, or set PORT to another one.`;
    }
    if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
      return `The service cannot start: ${error.message}. Check HOST, PORT and the rights on DATA_DIR.`;
    }
    // Our own errors carry a code in words, and their message names the cure.
    if (/^[a-z]+(-[a-z]+)+$/.test(String(error.code))) return `The service cannot start. ${error.message}`;
  }
  return `The service cannot start: ${error.stack ?? error.message}`;
}
