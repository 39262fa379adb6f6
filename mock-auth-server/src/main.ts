import { createMockServer } from './server.js';
import { readSettings } from './settings.js';

function writeLine(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function describeStartFault(error: unknown, host: string, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is in use: stop the other process, or set PORT`;
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return `cannot listen on ${host}:${port} (${code}): set HOST and PORT`;
  return message;
}

const read = readSettings(process.env);
if (!read.ok)
  fail(
    ['The mock Authorization server cannot start:', ...read.faults.map((fault) => `- ${fault}`)].join('\n'),
  );
const { settings } = read;

try {
  const server = await createMockServer({ ...settings, log: writeLine });
  const url = await server.listen();
  const where =
    server.loginPasswordPath === null
      ? 'the password in LOGIN_PASSWORD'
      : `the password in ${server.loginPasswordPath}`;
  writeLine(`mock Authorization server listens on ${settings.host}:${settings.port}, issuer ${url}`);
  writeLine(`log in as ${server.loginEmail} with ${where}`);
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    server.close().then(
      () => process.exit(0),
      (error: unknown) => fail(`could not stop cleanly: ${String(error)}`),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  fail(
    `The mock Authorization server cannot start: ${describeStartFault(error, settings.host, settings.port)}`,
  );
}
