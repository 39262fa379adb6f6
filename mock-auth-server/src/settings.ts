import { readFileSync } from 'node:fs';
import { parseDuration } from './duration.js';
import { type PageLanguage, pageLanguages } from './pages/page-language.js';

export const tokenAlgorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const;
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

/** How long a rotated refresh token stays valid: until its successor is used, or at most this many milliseconds. */
type RefreshGrace = 'until-used' | number;

export interface MockServerSettings {
  host: string;
  port: number;
  /** `null` for `http://127.0.0.1:<port>`. */
  issuerUrl: string | null;
  /** The URL for the browsers of people; `null` for the issuer. */
  publicUrl: string | null;
  dataDir: string;
  tokenTtlSeconds: number;
  userCodeTtlSeconds: number;
  pollIntervalSeconds: number;
  isRefreshRotated: boolean;
  refreshGrace: RefreshGrace;
  loginEmail: string;
  /** `null` if it is generated into `<dataDir>/login-password`. */
  loginPassword: string | null;
  hasMockControls: boolean;
  /** The host names, in addition to loopback, at which the controls may be called. */
  mockControlHosts: readonly string[];
  /** `nonce`: DPoP with nonces of this server. `on`: DPoP without nonces. `off`: no DPoP, and proofs are ignored. */
  dpop: 'nonce' | 'on' | 'off';
  tokenAlgorithm: TokenAlgorithm;
  /** Whether license tokens have a `status` claim, and the status list is published. */
  hasStatusList: boolean;
  /** The metadata documents that exist: RFC 8414, OpenID Connect Discovery, or both. */
  discovery: 'both' | 'oauth' | 'openid';
  /** The language of the pages; `auto` for the one that the browser of each person prefers. */
  pageLanguage: PageLanguage | 'auto';
}

export const defaultSettings: MockServerSettings = {
  host: '127.0.0.1',
  port: 4000,
  issuerUrl: null,
  publicUrl: null,
  dataDir: './data/mock',
  tokenTtlSeconds: 7 * 86_400,
  userCodeTtlSeconds: 600,
  pollIntervalSeconds: 5,
  isRefreshRotated: true,
  refreshGrace: 'until-used',
  loginEmail: 'admin@example.test',
  loginPassword: null,
  hasMockControls: false,
  mockControlHosts: [],
  dpop: 'nonce',
  tokenAlgorithm: 'ES256',
  hasStatusList: true,
  discovery: 'both',
  pageLanguage: 'auto',
};

export type SettingsOutcome = { ok: true; settings: MockServerSettings } | { ok: false; faults: string[] };

/** Reads the settings from the environment, or returns all faults, each with its variable and the expected value. */
export function readSettings(env: Record<string, string | undefined>): SettingsOutcome {
  const reader = new SettingsReader(env);
  const base = defaultSettings;
  const settings: MockServerSettings = {
    host: reader.read('HOST', base.host, parseHost, 'a host name or an address, such as 127.0.0.1'),
    port: reader.read('PORT', base.port, parsePort, 'a port between 1 and 65535'),
    issuerUrl: reader.read('ISSUER_URL', base.issuerUrl, parseOrigin, anOrigin),
    publicUrl: reader.read('PUBLIC_URL', base.publicUrl, parseOrigin, anOrigin),
    dataDir: reader.read('DATA_DIR', base.dataDir, (text) => text, 'a folder'),
    tokenTtlSeconds: reader.readSeconds('TOKEN_TTL', base.tokenTtlSeconds, 10 * 365 * 86_400),
    userCodeTtlSeconds: reader.readSeconds('USER_CODE_TTL', base.userCodeTtlSeconds, 600),
    pollIntervalSeconds: reader.readSeconds('POLL_INTERVAL', base.pollIntervalSeconds, 300),
    isRefreshRotated: reader.readSwitch('REFRESH_ROTATION', base.isRefreshRotated),
    refreshGrace: reader.read(
      'REFRESH_GRACE',
      base.refreshGrace,
      parseGrace,
      'until-used, 0, or a duration such as 30s',
    ),
    loginEmail: reader.read('LOGIN_EMAIL', base.loginEmail, parseEmail, 'an e-mail address'),
    loginPassword: reader.readSecret('LOGIN_PASSWORD', 8),
    hasMockControls: reader.readSwitch('MOCK_CONTROLS', base.hasMockControls),
    mockControlHosts: reader.read(
      'MOCK_CONTROL_HOSTS',
      base.mockControlHosts,
      parseHostNames,
      'host names without ports, separated by commas, such as mock-auth-server,auth.example',
    ),
    dpop: reader.readChoice('DPOP', base.dpop, ['nonce', 'on', 'off']),
    tokenAlgorithm: reader.readChoice('TOKEN_ALGORITHM', base.tokenAlgorithm, tokenAlgorithms),
    hasStatusList: reader.readSwitch('STATUS_LIST', base.hasStatusList),
    discovery: reader.readChoice('DISCOVERY', base.discovery, ['both', 'oauth', 'openid']),
    pageLanguage: reader.readChoice('PAGE_LANGUAGE', base.pageLanguage, [...pageLanguages, 'auto']),
  };
  return reader.faults.length === 0 ? { ok: true, settings } : { ok: false, faults: reader.faults };
}

const anOrigin = 'an http or https URL without a path, such as http://127.0.0.1:4000';

class SettingsReader {
  readonly faults: string[] = [];
  readonly #env: Record<string, string | undefined>;

  constructor(env: Record<string, string | undefined>) {
    this.#env = env;
  }

  read<T>(name: string, fallback: T, parse: (text: string) => T | null, expected: string): T {
    const text = this.#env[name]?.trim();
    if (text === undefined || text === '') return fallback;
    const value = parse(text);
    if (value === null) {
      this.faults.push(`${name} must be ${expected}, but is "${text.slice(0, 100)}"`);
      return fallback;
    }
    return value;
  }

  readSeconds(name: string, fallback: number, maxSeconds: number): number {
    const expected = `a duration in whole seconds such as 90s, 10m or 7d, from 1s to ${maxSeconds}s`;
    return this.read(name, fallback, (text) => parseSeconds(text, maxSeconds), expected);
  }

  readSwitch(name: string, fallback: boolean): boolean {
    return this.readChoice(name, fallback ? 'on' : 'off', ['on', 'off']) === 'on';
  }

  readChoice<T extends string>(name: string, fallback: T, choices: readonly T[]): T {
    return this.read(
      name,
      fallback,
      (text) => choices.find((choice) => choice === text) ?? null,
      choices.join(' or '),
    );
  }

  /** Reads a secret. A fault never contains its value. */
  readSecret(name: string, minLength: number): string | null {
    const path = this.#env[`${name}_FILE`];
    const direct = this.#env[name];
    if (path && direct) {
      this.faults.push(`${name} and ${name}_FILE are both set: set one of them`);
      return null;
    }
    const secret = path ? this.#readSecretFile(`${name}_FILE`, path) : direct;
    if (!secret) return null;
    if (secret.length < minLength) this.faults.push(`${name} must have at least ${minLength} characters`);
    return secret;
  }

  #readSecretFile(name: string, path: string): string | null {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch (error) {
      this.faults.push(
        `${name} must name a readable file: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`,
      );
      return null;
    }
  }
}

function parseSeconds(text: string, maxSeconds: number): number | null {
  const durationMs = parseDuration(text);
  if (durationMs === null || durationMs % 1000 !== 0) return null;
  const seconds = durationMs / 1000;
  return seconds >= 1 && seconds <= maxSeconds ? seconds : null;
}

function parseHost(text: string): string | null {
  return /^[A-Za-z0-9.:_-]+$/.test(text) ? text : null;
}

/** Returns host names in the form in which `URL` has them, so that they can be compared. */
function parseHostNames(text: string): string[] | null {
  const names = text.split(',').map((name) => parseHostName(name.trim()));
  return names.includes(null) ? null : names.filter((name) => name !== null);
}

function parseHostName(text: string): string | null {
  // Only an IPv6 address may contain a colon.
  const host = text.includes(':') && !text.startsWith('[') ? `[${text}]` : text;
  if (!URL.canParse(`http://${host}`)) return null;
  const { hostname, href } = new URL(`http://${host}`);
  return href === `http://${hostname}/` && !/:\d*$/.test(host) ? hostname : null;
}

function parsePort(text: string): number | null {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535 ? port : null;
}

function parseOrigin(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isOrigin = url.href === `${url.origin}/` && (url.protocol === 'http:' || url.protocol === 'https:');
  return isOrigin ? url.origin : null;
}

function parseGrace(text: string): RefreshGrace | null {
  if (text === 'until-used') return text;
  return text === '0' ? 0 : parseDuration(text);
}

function parseEmail(text: string): string | null {
  return /^[^\s@]+@[^\s@]+$/.test(text) ? text : null;
}
