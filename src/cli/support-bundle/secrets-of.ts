import { readFileSync } from 'node:fs';
import { adminTokenPath } from '../../admin/admin-token.js';
import { decodeSafely } from '../../config/insecure-addresses.js';
import type { Settings } from '../../config/settings.js';
import { encryptionKeyPaths } from '../../persistence/encryption-key.js';

/** Returns the secrets that this command can know: those in the settings, and those in the files of the service. */
export function secretsOf(settings: Settings, tokenFile: string | null): string[] {
  const { nats, database, proxy, dataDir } = settings;
  const urls = [nats.url, proxy.https, proxy.http, database.kind === 'postgres' ? database.url : null];
  const { current, next } = encryptionKeyPaths(dataDir);
  return [
    settings.adminToken,
    settings.encryptionKey,
    settings.webhook?.url,
    settings.webhook?.secret,
    nats.login?.password,
    nats.callout?.password,
    nats.callout?.issuerSeed,
    nats.callout?.xkeySeed,
    nats.sys?.password,
    ...urls.flatMap((text) => text?.split(',') ?? []).flatMap(passwordsOf),
    ...[tokenFile, adminTokenPath(dataDir), current, next].map(readIfPossible),
  ].filter((secret) => typeof secret === 'string' && secret !== '') as string[];
}

function passwordsOf(url: string): string[] {
  // "nats:" and "postgres:" are not special schemes, whose user and password cannot be read.
  const readable = url.replace(/^\w+:/, 'http:');
  if (!URL.canParse(readable)) return [];
  const { password } = new URL(readable);
  return [password, decodeSafely(password)];
}

function readIfPossible(path: string | null): string | null {
  if (path === null) return null;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}
