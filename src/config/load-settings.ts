import { isatty } from 'node:tty';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { Profile } from '../domain/profile.js';
import { describeChangedSettings } from './describe-changed-settings.js';
import { parseDurationMs } from './duration.js';
import { loadProfile } from './load-profile.js';
import { Environment, secretNames } from './environment.js';
import { insecureAddresses } from './insecure-addresses.js';
import { languageOf } from './page-language.js';
import { serviceVersion } from './service-version.js';
import { type BrokerLogin, type DatabaseSettings, Settings } from './settings.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** The settings are invalid; `faults` lists every fault as one line. */
export class InvalidSettingsError extends Error {
  readonly code = 'invalid-settings';

  constructor(readonly faults: readonly string[]) {
    super(`Invalid settings:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'InvalidSettingsError';
  }
}

/** Reads the settings from environment variables. @throws InvalidSettingsError with all faults */
export function loadSettings(variables: Variables): Settings {
  const faults: string[] = [];
  const environment = readEnvironment(variables, faults);
  const errors = validateSync(environment);
  faults.push(...errors.flatMap((error) => [...new Set(Object.values(error.constraints ?? {}))]));
  faults.push(...crossFaults(environment, new Set(errors.map((error) => error.property))));
  const { profile, faults: profileFaults } = loadProfile(environment.AUTH_SERVER_PROFILE);
  faults.push(...profileFaults.map((fault) => `AUTH_SERVER_PROFILE: ${fault}`));
  if (faults.length > 0 || profile === null) throw new InvalidSettingsError(faults);
  return toSettings(environment, profile);
}

function readEnvironment(variables: Variables, faults: string[]): Environment {
  // An empty variable counts as not set: compose files pass "" for unset variables.
  const present = Object.fromEntries(
    Object.keys(new Environment())
      .concat(optionalNames)
      .map((name) => [name, variables[name] || variables[lowerCaseNames.get(name) ?? '']])
      .filter(([, value]) => value !== undefined && value !== ''),
  ) as Record<string, string>;
  for (const name of secretNames) {
    const path = variables[`${name}_FILE`];
    if (path === undefined || path === '') continue;
    if (name in present) faults.push(`${name} and ${name}_FILE are both set: remove one`);
    try {
      present[name] = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      faults.push(`${name}_FILE names a file that cannot be read: ${messageOf(error)}`);
    }
  }
  for (const [name, value] of Object.entries(present)) {
    present[name] = value.replaceAll(controlCharacters, '').trim();
    if (present[name] === value) continue;
    faults.push(`${name} must not begin or end with white space or contain a control character: remove it`);
  }
  return plainToInstance(Environment, present, { exposeDefaultValues: true });
}

/** Most programs read these names, and some set no others. */
const lowerCaseNames = new Map(
  ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].map((name) => [name, name.toLowerCase()]),
);

// oxlint-disable-next-line no-control-regex
const controlCharacters = /[\u0000-\u001f\u007f]/g;

const optionalNames = [
  'PUBLIC_URL',
  'DATABASE_URL',
  'NATS_USER',
  'NATS_PASSWORD',
  'NATS_CALLOUT_USER',
  'NATS_CALLOUT_PASSWORD',
  'NATS_ISSUER_SEED',
  'NATS_CALLOUT_XKEY_SEED',
  'NATS_SYS_USER',
  'NATS_SYS_PASSWORD',
  'HUB_NATS_URL',
  'ADMIN_TOKEN',
  'ENCRYPTION_KEY',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'TRUST_PROXY',
  'RUNBOOK_URL',
  'WEBHOOK_URL',
  'WEBHOOK_SECRET',
  'LOG_FORMAT',
];

/** Groups of settings that must be set together. */
const setTogether = [
  ['NATS_USER', 'NATS_PASSWORD'],
  ['NATS_CALLOUT_USER', 'NATS_CALLOUT_PASSWORD', 'NATS_ISSUER_SEED'],
  ['NATS_SYS_USER', 'NATS_SYS_PASSWORD'],
] as const;

/** Returns faults between settings, ignoring settings that are invalid themselves. */
function crossFaults(environment: Environment, wrongNames: ReadonlySet<string>): string[] {
  const faults: string[] = [];
  const issuer = wrongNames.has('AUTH_SERVER_URL') ? null : issuerOfMetadata(environment.AUTH_SERVER_URL);
  if (issuer !== null) {
    faults.push(`AUTH_SERVER_URL is the URL of metadata: set it to the issuer, which is probably ${issuer}`);
  }
  faults.push(...insecureAddresses(environment, wrongNames));
  if (environment.WEBHOOK_SECRET !== undefined && environment.WEBHOOK_URL === undefined)
    faults.push('WEBHOOK_SECRET needs WEBHOOK_URL');
  for (const names of setTogether) {
    const set = names.filter((name) => environment[name] !== undefined);
    if (set.length === 0 || set.length === names.length) continue;
    faults.push(`${names.slice(0, -1).join(', ')} and ${names.at(-1)} must be set together`);
  }
  const warnings = wrongNames.has('TOKEN_WARNINGS')
    ? []
    : environment.TOKEN_WARNINGS.split(',').map(parseDurationMs);
  if (warnings.some((ms, index) => index > 0 && ms >= (warnings[index - 1] ?? 0))) {
    faults.push('TOKEN_WARNINGS must be sorted from the longest to the shortest, such as 48h,24h,6h');
  }
  return faults;
}

/** Returns the issuer that has its metadata at a URL (RFC 8414 section 3.1, OpenID Discovery 4.1); `null` if it is not one. */
function issuerOfMetadata(url: string): string | null {
  const issuer = url.replace(/\/\.well-known\/(oauth-authorization-server|openid-configuration)(?=\/|$)/, '');
  return issuer === url ? null : issuer;
}

function toSettings(environment: Environment, profile: Profile): Settings {
  const dataDir = resolve(environment.DATA_DIR);
  return {
    host: environment.HOST,
    port: environment.PORT,
    publicUrls: environment.PUBLIC_URL?.split(',').map((text) => new URL(text.trim())) ?? [],
    dataDir,
    database: toDatabase(environment.DATABASE_URL, dataDir),
    authorizationServer: {
      issuer: new URL(environment.AUTH_SERVER_URL),
      isInsecureAllowed: environment.AUTH_SERVER_URL.startsWith('http:'),
      profile,
    },
    proxy: {
      https: environment.HTTPS_PROXY ?? null,
      http: environment.HTTP_PROXY ?? null,
      exceptions: environment.NO_PROXY ?? null,
    },
    nats: toBroker(environment),
    pageLanguage: languageOf(environment.PAGE_LANGUAGE) ?? null,
    adminToken: environment.ADMIN_TOKEN ?? null,
    encryptionKey: environment.ENCRYPTION_KEY ?? null,
    policy: {
      renewalWindowMs: environment.RENEWAL_WARNING_DAYS * 86_400_000,
      tokenWarningsSeconds: environment.TOKEN_WARNINGS.split(',').map((text) => parseDurationMs(text) / 1000),
      refreshIntervalMs: parseDurationMs(environment.REFRESH_INTERVAL),
      serviceVersion,
    },
    trustedProxies: environment.TRUST_PROXY?.split(',').map((address) => address.trim()) ?? [],
    metricsAccess: environment.METRICS_ACCESS as Settings['metricsAccess'],
    hasDocs: environment.DOCS === 'on',
    runbookUrl: environment.RUNBOOK_URL ?? null,
    webhook: toWebhook(environment),
    changed: describeChangedSettings(environment),
    logLevel: environment.LOG_LEVEL as Settings['logLevel'],
    logFormat: (environment.LOG_FORMAT ?? (isatty(1) ? 'pretty' : 'json')) as Settings['logFormat'],
  };
}

function toBroker(environment: Environment): Settings['nats'] {
  const { NATS_URL: url, NATS_USER, NATS_PASSWORD, NATS_SYS_USER, NATS_SYS_PASSWORD } = environment;
  const { NATS_CALLOUT_USER, NATS_CALLOUT_PASSWORD, NATS_ISSUER_SEED: issuerSeed } = environment;
  const callout = toLogin(NATS_CALLOUT_USER, NATS_CALLOUT_PASSWORD);
  return {
    url,
    streamReplicas: environment.NATS_STREAM_REPLICAS,
    login: toLogin(NATS_USER, NATS_PASSWORD),
    callout:
      callout !== null && issuerSeed !== undefined
        ? { ...callout, issuerSeed, xkeySeed: environment.NATS_CALLOUT_XKEY_SEED ?? null }
        : null,
    sys: toLogin(NATS_SYS_USER, NATS_SYS_PASSWORD),
    hubUrl: environment.HUB_NATS_URL ?? null,
  };
}

function toWebhook({ WEBHOOK_URL: url, WEBHOOK_SECRET }: Environment): Settings['webhook'] {
  return url === undefined ? null : { url, secret: WEBHOOK_SECRET ?? null };
}

function toLogin(user: string | undefined, password: string | undefined): BrokerLogin | null {
  return user !== undefined && password !== undefined ? { user, password } : null;
}

function toDatabase(url: string | undefined, dataDir: string): DatabaseSettings {
  if (url === undefined) return { kind: 'sqlite', path: join(dataDir, 'licensing.sqlite') };
  return url.startsWith('sqlite:')
    ? { kind: 'sqlite', path: resolve(url.slice('sqlite:'.length)) }
    : { kind: 'postgres', url };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
