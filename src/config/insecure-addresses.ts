import type { Environment } from './environment.js';

interface Rule {
  readonly name: 'AUTH_SERVER_URL' | 'NATS_URL' | 'HUB_NATS_URL' | 'DATABASE_URL' | 'WEBHOOK_URL';
  /** `null` if nothing permits it. */
  readonly permission:
    'ALLOW_INSECURE_AUTH_SERVER' | 'ALLOW_INSECURE_NATS' | 'ALLOW_INSECURE_DATABASE' | null;
  readonly remedy: string;
  readonly isInsecure: (url: string) => boolean;
}

const rules: readonly Rule[] = [
  {
    name: 'AUTH_SERVER_URL',
    permission: 'ALLOW_INSECURE_AUTH_SERVER',
    remedy: 'must begin with https://',
    isInsecure: isInsecureHttp,
  },
  {
    name: 'NATS_URL',
    permission: 'ALLOW_INSECURE_NATS',
    remedy: 'must begin with tls://',
    isInsecure: isInsecureBroker,
  },
  {
    name: 'HUB_NATS_URL',
    permission: 'ALLOW_INSECURE_NATS',
    remedy: 'must begin with tls://',
    isInsecure: isInsecureBroker,
  },
  {
    name: 'DATABASE_URL',
    permission: 'ALLOW_INSECURE_DATABASE',
    remedy: 'must contain sslmode=verify-full',
    isInsecure: isInsecureDatabase,
  },
  {
    name: 'WEBHOOK_URL',
    permission: null,
    remedy: 'must begin with https://',
    isInsecure: isInsecureHttp,
  },
];

/** Returns a fault for each address to which secrets would travel unencrypted, unless the setting for that permits it. */
export function insecureAddresses(environment: Environment, wrongNames: ReadonlySet<string>): string[] {
  return rules.flatMap(({ name, permission, remedy, isInsecure }) => {
    const url = wrongNames.has(name) ? undefined : environment[name];
    if (url === undefined || !isInsecure(url)) return [];
    const fault = `${name} ${remedy}, because it is not on this machine`;
    if (permission === null) return [fault];
    const exception = `on a closed network, such as that of a compose file, ${permission}=on permits it`;
    return environment[permission] === 'off' ? [`${fault} (${exception})`] : [];
  });
}

function isInsecureHttp(url: string): boolean {
  return new URL(url).protocol === 'http:' && !isLoopback(new URL(url).hostname);
}

function isInsecureBroker(urls: string): boolean {
  return urls.split(',').some((url) => url.startsWith('nats:') && !isLoopback(hostOf(url)));
}

function isInsecureDatabase(url: string): boolean {
  if (url.startsWith('sqlite:')) return false;
  if (!URL.canParse(url)) return true;
  // The driver takes the last value, and a host from the query. A host that is a path is a socket of this machine.
  const last = (name: string) => new URL(url).searchParams.getAll(name).at(-1);
  const host = last('host') ?? decodeSafely(hostOf(url));
  return !host.startsWith('/') && !isLoopback(host) && last('sslmode') !== 'verify-full';
}

/** Returns the text as it is if it cannot be decoded: it then counts as another machine. */
export function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns an empty string, which counts as another machine, if the host cannot be read. */
function hostOf(url: string): string {
  // Other schemes are not special: their hosts are neither lower-cased nor checked.
  const readable = url.replace(/^nats:/, 'http:');
  return URL.canParse(readable) ? new URL(readable).hostname : '';
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
