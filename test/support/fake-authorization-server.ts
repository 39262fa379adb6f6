import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  calculateJwkThumbprint,
  type CryptoKey,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JWK,
  SignJWT,
} from 'jose';

type JsonObject = Readonly<Record<string, unknown>>;

/** The faults of the server. A member that is `undefined` is left out of its answers. */
export interface Misbehavior {
  readonly metadata?: JsonObject;
  readonly claims?: JsonObject;
  readonly header?: JsonObject;
  readonly tokenResponse?: JsonObject;
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Returns the license token, in place of the signature of the server. */
  readonly makeToken?: (
    claims: JsonObject,
    header: JsonObject,
    publishedKey: JWK,
  ) => string | Promise<string>;
  /** Changes an answer on its way, after the server has done its work. */
  readonly change?: (path: string, answer: RawAnswer) => RawAnswer;
  /** Whole answers by path, in place of the answers of the server. */
  readonly answers?: Readonly<Record<string, RawAnswer>>;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

interface FakeCall {
  readonly path: string;
  readonly form: URLSearchParams;
  /** The DPoP header. */
  readonly proof: string | undefined;
}

/** An Authorization server that grants every request, with faults that a test sets. */
export interface FakeAuthorizationServer {
  readonly url: string;
  /** The POST requests so far. */
  readonly calls: readonly FakeCall[];
  /** Sets its faults from now on. Without an argument it has none. */
  misbehave(misbehaviour?: Misbehavior): void;
  /** Signs with a new key from now on, and publishes only that key. */
  rotateKey(): Promise<void>;
  stop(): Promise<void>;
}

interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly published: JWK;
}

export interface FakeServerOptions {
  /** Whether each refresh token works once, and a second use ends the grant (RFC 9700 section 4.14.2). */
  readonly isStrict?: boolean;
}

/** Starts the fake server on a free loopback port. */
export async function startFakeAuthorizationServer({
  isStrict = false,
}: FakeServerOptions = {}): Promise<FakeAuthorizationServer> {
  const calls: FakeCall[] = [];
  let fault: Misbehavior = {};
  let key = await makeKey();
  let url = '';
  /** The valid refresh token; `null` if the grant has ended. */
  let refreshToken: unknown = null;

  async function answer(path: string, form: URLSearchParams, proof: string | undefined): Promise<RawAnswer> {
    switch (path) {
      case '/.well-known/oauth-authorization-server':
        return json({ ...describe(url), ...fault.metadata });
      case '/jwks':
        return json({ keys: [key.published] });
      case '/device':
        return json(deviceCode(url));
      case '/token':
        if (isStrict && form.has('refresh_token') && form.get('refresh_token') !== refreshToken) {
          refreshToken = null;
          return { ...json({ error: 'invalid_grant' }), status: 400 };
        }
        return json(await grant(proof));
      case '/revoke':
        return { status: 200 };
      default:
        return { status: 404 };
    }
  }

  async function grant(proof: string | undefined): Promise<JsonObject> {
    const jkt = proof && (await calculateJwkThumbprint(decodeProtectedHeader(proof).jwk as JWK));
    const claims = { ...goodClaims(url), ...(jkt && { cnf: { jkt } }), ...fault.claims };
    const header = { alg: 'ES256', typ: 'at+jwt', kid: key.published.kid, ...fault.header };
    const sign = fault.makeToken ?? ((c, h) => signToken(c, h, key.privateKey));
    const response = {
      access_token: await sign(claims, header, key.published),
      token_type: jkt ? 'DPoP' : 'Bearer',
      expires_in: 3600,
      refresh_token: crypto.randomUUID(),
      ...fault.tokenResponse,
    };
    refreshToken = response.refresh_token ?? refreshToken;
    return response;
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', url);
    const form = new URLSearchParams(await text(request));
    const proof = proofOf(request.headers);
    if (request.method === 'POST') calls.push({ path: pathname, form, proof });
    const given = fault.answers?.[pathname] ?? (await answer(pathname, form, proof));
    const { status, headers, body } = fault.change?.(pathname, given) ?? given;
    response.writeHead(status, { connection: 'close', ...fault.headers, ...headers }).end(body ?? '');
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    calls,
    misbehave: (misbehaviour = {}) => {
      fault = misbehaviour;
    },
    rotateKey: async () => {
      key = await makeKey();
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Signs a license token with the given claims, valid or not. */
export function signToken(
  claims: JsonObject,
  header: JsonObject,
  key: CryptoKey | Uint8Array,
): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', ...header }).sign(key);
}

function proofOf({ dpop }: IncomingHttpHeaders): string | undefined {
  return typeof dpop === 'string' ? dpop : undefined;
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return {
    privateKey,
    published: { ...(await exportJWK(publicKey)), kid: crypto.randomUUID(), alg: 'ES256' },
  };
}

function json(body: object): RawAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function describe(url: string): JsonObject {
  return {
    issuer: url,
    token_endpoint: `${url}/token`,
    device_authorization_endpoint: `${url}/device`,
    revocation_endpoint: `${url}/revoke`,
    jwks_uri: `${url}/jwks`,
    dpop_signing_alg_values_supported: ['ES256'],
  };
}

function deviceCode(url: string): JsonObject {
  return {
    device_code: crypto.randomUUID(),
    user_code: 'BCDF-GHJK',
    verification_uri: `${url}/authorize-device`,
    expires_in: 600,
    interval: 1,
  };
}

function goodClaims(url: string): JsonObject {
  const issuedAtSeconds = Math.floor(Date.now() / 1000);
  return {
    iss: url,
    sub: 'srv-1',
    aud: 'urn:pos:org-1',
    client_id: 'pos-server',
    iat: issuedAtSeconds,
    exp: issuedAtSeconds + 3600,
    jti: crypto.randomUUID(),
    organization: { id: 'org-1', name: 'Organization 1' },
    device: { id: 'srv-1', name: 'Server 1', kind: 'server', url: null },
    license: { features: ['xms'], renewal_date: null, hub: null },
  };
}
