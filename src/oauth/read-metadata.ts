import type { ServerMetadata } from 'openid-client';
import { UnsuitableError } from './unsuitable-error.js';

/** An HTTP status instead of the expected document. */
export class UnexpectedStatusError extends Error {
  constructor(what: string, response: Response) {
    super(`${what} failed with HTTP ${response.status}`, { cause: response });
    this.name = 'UnexpectedStatusError';
  }
}

const endpoints = [
  'token_endpoint',
  'jwks_uri',
  'device_authorization_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
] as const;

/** Returns the addresses of the metadata of an issuer (RFC 8414 section 3.1, OpenID Connect Discovery section 4). */
export function metadataUrls(issuer: URL): readonly string[] {
  const path = issuer.pathname.replace(/\/$/, '');
  return [
    new URL(`/.well-known/oauth-authorization-server${path}`, issuer).href,
    new URL(`${path}/.well-known/openid-configuration`, issuer).href,
  ];
}

/** Returns the metadata in an answer. @throws an error that names what does not fit */
export async function readMetadata(response: Response): Promise<Readonly<Record<string, unknown>>> {
  if (response.status !== 200) throw new UnexpectedStatusError('The request for the metadata', response);
  const members = parseObject(await response.text());
  if (members !== null && typeof members['issuer'] === 'string') return members;
  const type = response.headers.get('content-type') ?? 'no content type';
  throw new UnsuitableError(
    `The metadata must be a JSON object with "issuer"; the answer is ${type}.`,
    'check AUTH_SERVER_URL; a login page of the network may answer instead',
  );
}

/** Checks the members of metadata that this service uses. @throws UnsuitableError with the first fault */
export function checkMetadata(
  members: Readonly<Record<string, unknown>>,
  { issuer, isInsecureAllowed }: { issuer: URL; isInsecureAllowed: boolean },
): ServerMetadata {
  const named = String(members['issuer']);
  if (!URL.canParse(named) || new URL(named).href !== issuer.href) {
    throw new UnsuitableError(
      `"issuer" in the metadata must be ${issuer.href}; it is ${named}.`,
      'set AUTH_SERVER_URL to the issuer as the metadata writes it',
    );
  }
  for (const name of endpoints) {
    const value = members[name] ?? null;
    if (value === null && name !== 'token_endpoint' && name !== 'jwks_uri') continue;
    if (isEndpoint(value, isInsecureAllowed)) continue;
    throw new UnsuitableError(
      `"${name}" in the metadata must be ${isInsecureAllowed ? 'a' : 'an https'} URL.`,
    );
  }
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== null),
  ) as unknown as ServerMetadata;
}

/** Returns whether a value is a URL that may be requested, or shown as a link. */
export function isEndpoint(value: unknown, isInsecureAllowed: boolean): value is string {
  if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value)) return false;
  const { protocol } = new URL(value);
  return protocol === 'https:' || (isInsecureAllowed && protocol === 'http:');
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
