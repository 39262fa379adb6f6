import { readFileSync } from 'node:fs';

/** The version of this service, from its package.json. */
export const serviceVersion = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
