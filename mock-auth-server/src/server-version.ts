import { readFileSync } from 'node:fs';

const manifest = new URL('../package.json', import.meta.url);

/** The version in the package.json of this server. */
export const serverVersion = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
