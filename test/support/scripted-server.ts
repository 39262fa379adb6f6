import { deflateSync } from 'node:zlib';
import {
  calculateJwkThumbprint,
  type CryptoKey,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JWK,
} from 'jose';
import { type RawAnswer, signToken } from './fake-authorization-server.js';
import type { FakeClock } from './fake-clock.js';
import { alter } from './odd-values.js';
import { mutate, type Mutation } from './mutations.js';

export const answerKinds = ['metadata', 'keys', 'device', 'token', 'claims', 'status-list'] as const;
export type AnswerKind = (typeof answerKinds)[number];

const origin = 'http://127.0.0.1:9';
const paths: Readonly<Record<string, AnswerKind>> = {
  '/.well-known/oauth-authorization-server': 'metadata',
  '/jwks': 'keys',
  '/device': 'device',
  '/token': 'token',
  '/status': 'status-list',
};
/** Statuses whose answers have no body. */
const bodiless = [204, 205, 304];

/**
 * An Authorization server without a network: `fetch` takes the place of the global one. One kind of its answers can be
 * mutated.
 */
export class ScriptedServer {
  readonly issuer = origin;
  /** The last status list that was not mutated. */
  goodList = '';
  /** How often the current mutation was applied. */
  applied = 0;
  private fault: { readonly kind: AnswerKind; readonly mutation: Mutation } | null = null;

  private constructor(
    private readonly clock: FakeClock,
    private readonly key: CryptoKey,
    private readonly published: JWK,
  ) {}

  static async create(clock: FakeClock): Promise<ScriptedServer> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    return new ScriptedServer(clock, privateKey, {
      ...(await exportJWK(publicKey)),
      kid: 'k1',
      alg: 'ES256',
    });
  }

  misbehave(kind: AnswerKind, mutation: Mutation): void {
    this.fault = { kind, mutation };
    this.applied = 0;
  }

  behave(): void {
    this.fault = null;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== origin) {
      const cause = Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
      throw new TypeError('fetch failed', { cause });
    }
    const kind = paths[url.pathname];
    const good =
      kind === undefined ? { status: 404 } : await this.answer(kind, new Headers(init?.headers).get('dpop'));
    const isMutated = this.fault !== null && this.fault.kind === kind && this.fault.kind !== 'claims';
    if (isMutated) this.applied += 1;
    const { status, headers, body } = isMutated && this.fault ? mutate(good, this.fault.mutation) : good;
    return new Response(bodiless.includes(status) ? null : String(body ?? ''), {
      status,
      headers: { date: this.clock.now().toUTCString(), ...headers },
    });
  };

  private async answer(kind: AnswerKind, proof: string | null): Promise<RawAnswer> {
    switch (kind) {
      case 'metadata':
        return json({
          issuer: origin,
          token_endpoint: `${origin}/token`,
          device_authorization_endpoint: `${origin}/device`,
          jwks_uri: `${origin}/jwks`,
          dpop_signing_alg_values_supported: ['ES256'],
        });
      case 'keys':
        return json({ keys: [this.published] });
      case 'device':
        return json({
          device_code: crypto.randomUUID(),
          user_code: 'BCDF-GHJK',
          verification_uri: `${origin}/activate`,
          expires_in: 600,
          interval: 5,
        });
      case 'token':
      case 'claims':
        return json(await this.grant(proof));
      case 'status-list':
        return this.signList();
    }
  }

  private async grant(proof: string | null): Promise<object> {
    const jkt = proof && (await calculateJwkThumbprint(decodeProtectedHeader(proof).jwk as JWK));
    const claims = { ...goodClaims(this.now()), ...(jkt && { cnf: { jkt } }) };
    return {
      access_token: await this.sign(claims, 'at+jwt', 'claims'),
      token_type: jkt ? 'DPoP' : 'Bearer',
      expires_in: 604_800,
      refresh_token: crypto.randomUUID(),
    };
  }

  private async signList(): Promise<RawAnswer> {
    const lst = deflateSync(Buffer.alloc(8)).toString('base64url');
    const claims = { sub: `${origin}/status`, iat: this.now(), ttl: 300, status_list: { bits: 1, lst } };
    const body = await this.sign(claims, 'statuslist+jwt', 'status-list');
    if (this.fault?.kind !== 'status-list') this.goodList = body;
    return { status: 200, headers: { 'content-type': 'application/statuslist+jwt' }, body };
  }

  /** Signs claims; a mutation of their members is signed too, since it says more than a broken signature. */
  private sign(claims: object, typ: string, kind: AnswerKind): Promise<string> {
    const header = { alg: 'ES256', typ, kid: this.published.kid };
    const { fault } = this;
    if (fault?.kind !== kind || fault.mutation.how !== 'members')
      return signToken({ ...claims }, header, this.key);
    this.applied += 1;
    return signToken(alter(claims, fault.mutation.changes), header, this.key);
  }

  private now(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }
}

function json(body: object): RawAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function goodClaims(now: number): object {
  return {
    iss: origin,
    sub: 'srv-1',
    aud: 'urn:pos:org-1',
    client_id: 'pos-server',
    iat: now,
    exp: now + 604_800,
    jti: crypto.randomUUID(),
    organization: { id: 'org-1', name: 'Organization 1' },
    device: { id: 'srv-1', name: 'Server 1', kind: 'server', url: 'https://srv-1.example' },
    license: {
      features: ['xms'],
      renewal_date: '2999-12-31',
      hub: { id: 'srv-9', name: 'Hub', url: 'https://hub.example' },
    },
    status: { status_list: { idx: 3, uri: `${origin}/status` } },
  };
}
