/** Explains why the service cannot start: the remedy for a known fault, the stack for any other. */
export function explainStartFault(error: unknown): string {
  if (!(error instanceof Error)) return `The service cannot start: ${String(error)}`;
  if ('code' in error) {
    if (error.code === 'EADDRINUSE') {
      const port = 'port' in error ? ` ${String(error.port)}` : '';
      return `The service cannot start: port${port} is in use. Stop the other program, or set PORT to another port.`;
    }
    if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
      return `The service cannot start: ${error.message}. Check HOST, PORT and the permissions of DATA_DIR.`;
    }
    // Our own errors have a code in words and name the remedy.
    if (/^[a-z]+(-[a-z]+)+$/.test(String(error.code))) return `The service cannot start. ${error.message}`;
  }
  return `The service cannot start: ${error.stack ?? error.message}`;
}
