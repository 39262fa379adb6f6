import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { deflateSync } from 'node:zlib';
import { type CryptoKey, decodeProtectedHeader, type JWK, SignJWT } from 'jose';

type JsonObject = Readonly<Record<string, unknown>>;

/** Statuses whose answers have no body. */
const bodiless = new Set([204, 205, 304]);

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
  /** Changes the claims of a license token or a status list before they are signed. */
  readonly changeClaims?: (typ: string, claims: JsonObject) => JsonObject;
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

export interface FakeServerOptions {
  /** Whether each refresh token works once, and a second use ends the grant (RFC 9700 section 4.14.2). */
  readonly isStrict?: boolean;
  /** The default is the clock of the machine. */
  readonly now?: () => Date;
  /** Claims of its license tokens besides the usual ones, or in their place. */
  readonly claims?: (nowSeconds: number) => JsonObject;
}

interface SigningKey {
  readonly privateKey: KeyObject;
  readonly published: JWK;
}

/** An Authorization server that grants every request, with faults that a test sets. It needs no network. */
export class FakeAuthorizationServer {
  /** The POST requests so far. */
  readonly calls: FakeCall[] = [];
  /** The last status list that it signed without a fault. */
  goodList = '';
  private fault: Misbehavior = {};
  /** The valid refresh token; `null` if the grant has ended. */
  private refreshToken: unknown = null;
  private key = makeKey();
  private server: Server | null = null;

  /** Creates the server without a socket: `fetch` reaches it. */
  constructor(
    private readonly options: FakeServerOptions = {},
    public url = 'http://127.0.0.1:9',
  ) {}

  /** Sets its faults from now on. Without an argument it has none. */
  misbehave(misbehavior: Misbehavior = {}): void {
    this.fault = misbehavior;
  }

  /** Signs with a new key from now on, and publishes only that key. */
  rotateKey(): void {
    this.key = makeKey();
  }

  /** Takes the place of the global `fetch`. */
  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== this.url) {
      const cause = Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
      throw new TypeError('fetch failed', { cause });
    }
    const form = new URLSearchParams(init?.body instanceof URLSearchParams ? init.body : '');
    const proof = new Headers(init?.headers).get('dpop') ?? undefined;
    const answer = await this.handle(init?.method ?? 'GET', { path: url.pathname, form, proof });
    const { status, headers = {}, body } = answer;
    return new Response(bodiless.has(status) ? null : String(body ?? ''), { status, headers });
  };

  async listen(): Promise<void> {
    this.server = createServer((request, response) => {
      this.respond(request, response).catch(() => response.destroy());
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    if (this.server === null) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    const { dpop } = request.headers;
    const call = {
      path: pathname,
      form: new URLSearchParams(await text(request)),
      proof: typeof dpop === 'string' ? dpop : undefined,
    };
    const { status, headers, body } = await this.handle(request.method ?? 'GET', call);
    response.writeHead(status, { connection: 'close', ...headers }).end(body ?? '');
  }

  private async handle(method: string, call: FakeCall): Promise<RawAnswer> {
    if (method === 'POST') this.calls.push(call);
    const { fault } = this;
    const given = fault.answers?.[call.path] ?? (await this.answer(call));
    const answer = fault.change?.(call.path, given) ?? given;
    const date = this.options.now && { date: this.options.now().toUTCString() };
    return { ...answer, headers: { ...date, ...fault.headers, ...answer.headers } };
  }

  private async answer({ path, form, proof }: FakeCall): Promise<RawAnswer> {
    switch (path) {
      case '/.well-known/oauth-authorization-server':
        return json({ ...describe(this.url), ...this.fault.metadata });
      case '/jwks':
        return json({ keys: [this.key.published] });
      case '/device':
        return json(deviceCode(this.url));
      case '/token':
        return this.answerTokenRequest(form, proof);
      case '/revoke':
        return { status: 200 };
      case '/status':
        return this.signList();
      default:
        return { status: 404 };
    }
  }

  private async answerTokenRequest(form: URLSearchParams, proof: string | undefined): Promise<RawAnswer> {
    switch (form.get('grant_type') ?? '') {
      case 'refresh_token':
        if (!this.options.isStrict || form.get('refresh_token') === this.refreshToken) break;
        this.refreshToken = null;
        return { ...json({ error: 'invalid_grant' }), status: 400 };
      case 'urn:ietf:params:oauth:grant-type:device_code':
        break;
      default:
        return { ...json({ error: 'unsupported_grant_type' }), status: 400 };
    }
    return json(await this.grant(proof));
  }

  private async grant(proof: string | undefined): Promise<JsonObject> {
    const { fault, key, url } = this;
    const now = this.seconds();
    const jkt = proof && thumbprintOf(decodeProtectedHeader(proof).jwk as JWK);
    const good = { ...goodClaims(url, now), ...this.options.claims?.(now), ...(jkt && { cnf: { jkt } }) };
    const claims = { ...good, ...fault.claims };
    const header = { alg: 'ES256', typ: 'at+jwt', kid: key.published.kid, ...fault.header };
    const response = {
      access_token: await (fault.makeToken?.(claims, header, key.published) ?? this.sign(claims, header)),
      token_type: jkt ? 'DPoP' : 'Bearer',
      expires_in: 3600,
      refresh_token: crypto.randomUUID(),
      ...fault.tokenResponse,
    };
    this.refreshToken = response.refresh_token ?? this.refreshToken;
    return response;
  }

  /** No token is revoked. */
  private signList(): RawAnswer {
    const lst = deflateSync(Buffer.alloc(8)).toString('base64url');
    const claims = {
      sub: `${this.url}/status`,
      iat: this.seconds(),
      ttl: 300,
      status_list: { bits: 1, lst },
    };
    const body = this.sign(claims, { typ: 'statuslist+jwt', kid: this.key.published.kid });
    if (this.fault.change === undefined && this.fault.changeClaims === undefined) this.goodList = body;
    return { status: 200, headers: { 'content-type': 'application/statuslist+jwt' }, body };
  }

  private sign(claims: JsonObject, header: JsonObject & { typ: string }): string {
    const changed = this.fault.changeClaims?.(header.typ, claims) ?? claims;
    const parts = [{ alg: 'ES256', ...header }, changed].map((part) => JSON.stringify(part));
    const input = parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
    // Without the threads of Web Crypto, because some tests need thousands of tokens.
    const key = { key: this.key.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  }

  private seconds(): number {
    return Math.floor((this.options.now?.() ?? new Date()).getTime() / 1000);
  }
}

/** Starts the fake server on a free loopback port. */
export async function startFakeAuthorizationServer(
  options?: FakeServerOptions,
): Promise<FakeAuthorizationServer> {
  const server = new FakeAuthorizationServer(options);
  await server.listen();
  return server;
}

/** Signs a license token with the given claims, valid or not. */
export function signToken(
  claims: JsonObject,
  header: JsonObject,
  key: CryptoKey | Uint8Array,
): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', ...header }).sign(key);
}

function makeKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKey,
    published: { ...(publicKey.export({ format: 'jwk' }) as JWK), kid: crypto.randomUUID(), alg: 'ES256' },
  };
}

/** RFC 7638, for keys of an elliptic curve. */
function thumbprintOf({ crv, kty, x, y }: JWK): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
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

function goodClaims(url: string, issuedAtSeconds: number): JsonObject {
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
