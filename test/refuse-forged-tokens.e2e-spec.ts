import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpNonces } from '../src/peers/http-nonces.js';
import { PeerVerifier } from '../src/peers/peer-verifier.js';
import { Sqlite } from '../src/persistence/sqlite.js';
import { forgedJwt, readJwt, signJwt } from './support/altered-tokens.js';
import { hashOf, makeDeviceKey } from './support/device-key.js';
import { fuzz, shareOfCases } from './support/fuzz-run.js';
import { altered } from './support/odd-values.js';
import { connectRegister, type TestRegister } from './support/register-connection.js';
import { sendBounded } from './support/send-bounded.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const forgeries = shareOfCases('S9', 25);
const mistakes = shareOfCases('S9', 8);
const overHttp = shareOfCases('S9', 8);
const overNats = shareOfCases('S17', 8);
const url = 'https://store.example/stock';
const method = 'GET';

/** A token with its proof, as a device sends them. */
interface Credentials {
  readonly token: string;
  readonly proof: string | null;
}

type Claims = Record<string, unknown>;
type Attempt =
  | { readonly kind: 'forged-token'; readonly token: string }
  | { readonly kind: 'forged-bound-token'; readonly token: string }
  | { readonly kind: 'no-proof' }
  | { readonly kind: 'forged-proof'; readonly proof: string }
  | { readonly kind: 'odd-proof'; readonly claims: Claims }
  | { readonly kind: 'good' };

/** The limit of token and proof together: longer headers may exceed 16 KB, and are refused unread. */
const maxCharacters = 15_000;

describe('the verification of tokens and proofs', () => {
  let mock: TestMock;
  let nats: TestNats;
  let app: TestApp;
  let register: TestRegister;
  let mockDir: string;
  /** The private key of the Authorization server. */
  let privateKey: KeyObject;
  let token: string;
  let boundToken: string;
  const deviceKey = makeDeviceKey();

  beforeAll(async () => {
    mockDir = await mkdtemp(join(tmpdir(), 'forged-tokens-'));
    [mock, nats] = await Promise.all([startMock({ dataDir: mockDir }), startNats()]);
    app = await startApp({ mock, nats });
    await app.acquire(mock);
    register = await connectRegister(nats);
    token = await mock.issueToken('reg-1-1');
    boundToken = await mock.issueToken('reg-1-1', { dpopJwk: deviceKey.publicJwk });
    const name = (await readdir(mockDir)).find((file) => file.endsWith('.sqlite')) ?? '';
    const database = new Sqlite(join(mockDir, name), { readonly: true });
    privateKey = createPrivateKey(
      database.prepare('SELECT private_key FROM signing_keys ORDER BY position DESC').pluck().get() as string,
    );
    database.close();
  });

  afterAll(async () => {
    await register.close();
    await app.stop();
    await Promise.all([mock.stop(), nats.stop()]);
    await rm(mockDir, { recursive: true });
  });

  const verify = (text: string) => app.app.get(PeerVerifier).verifyOffline(text);
  const freshNonce = () => app.app.get(HttpNonces).current();
  const prove = (text: string) =>
    deviceKey.prove({ htm: method, htu: url, ath: hashOf(text), nonce: freshNonce() });
  /** Fills in a fresh nonce and a fresh id if the claims still have the placeholders. */
  const fillIn = ({ jti, ...claims }: Claims): Claims => ({
    ...claims,
    ...(claims['nonce'] === 'n' && { nonce: freshNonce() }),
    ...(jti !== 'j' && jti !== undefined && { jti }),
  });

  it(
    'accepts only what the Authorization server has signed, unchanged',
    async () => {
      const publicKey = createPublicKey(privateKey);
      expect(verify(token).kind).toBe('accepted');
      const texts = fc.oneof(forgedJwt(token, publicKey), forgedJwt(boundToken, publicKey));
      await fuzz('forged tokens', forgeries, texts, (text) =>
        expect(verify(text).kind, text).toBe('refused'),
      );
      expect(verify(token).kind).toBe('accepted');
    },
    forgeries.timeoutMs,
  );

  it(
    'refuses wrong claims, even if the Authorization server has signed them',
    async () => {
      const { header, payload } = readJwt(token);
      await fuzz('odd claims', mistakes, altered(payload), (claims) => {
        const verdict = verify(signJwt(header, claims, privateKey));
        if (verdict.kind === 'accepted') expectRight(claims as Claims);
      });
    },
    mistakes.timeoutMs,
  );

  function attempts(): fc.Arbitrary<Attempt> {
    const publicKey = createPublicKey(privateKey);
    const good = { htm: method, htu: url, ath: hashOf(boundToken), nonce: 'n', jti: 'j' };
    const proof = deviceKey.prove(good);
    return fc.oneof(
      forgedJwt(token, publicKey).map((text): Attempt => ({ kind: 'forged-token', token: text })),
      forgedJwt(boundToken, publicKey).map((text): Attempt => ({ kind: 'forged-bound-token', token: text })),
      forgedJwt(proof, publicKey).map((text): Attempt => ({ kind: 'forged-proof', proof: text })),
      altered(good).map((claims): Attempt => ({ kind: 'odd-proof', claims: claims as Claims })),
      fc.constantFrom<Attempt>({ kind: 'no-proof' }, { kind: 'good' }),
    );
  }

  function credentialsOf(attempt: Attempt): Credentials {
    switch (attempt.kind) {
      case 'forged-token':
        return { token: attempt.token, proof: null };
      case 'forged-bound-token':
        return { token: attempt.token, proof: prove(attempt.token) };
      case 'no-proof':
        return { token: boundToken, proof: null };
      case 'forged-proof':
        return { token: boundToken, proof: attempt.proof };
      case 'odd-proof':
        return { token: boundToken, proof: deviceKey.prove(fillIn(attempt.claims)) };
      case 'good':
        return { token: boundToken, proof: prove(boundToken) };
    }
  }

  /** Returns whether the attempt must be admitted, or `undefined` if it may be. */
  function isRight(attempt: Attempt): boolean | undefined {
    if (attempt.kind === 'good') return true;
    if (attempt.kind !== 'odd-proof') return false;
    const { htm, htu, ath, nonce } = attempt.claims;
    const isSame = htm === method && isUrl(htu) && ath === hashOf(boundToken) && nonce === 'n';
    return isSame ? undefined : false;
  }

  it(
    'admits over HTTP only the genuine token with its own proof',
    async () => {
      await fuzz('odd credentials over HTTP', overHttp, attempts(), async (attempt) => {
        const credentials = credentialsOf(attempt);
        const sendable = [credentials.token, credentials.proof ?? ''].every((text) =>
          /^[\x20-\x7e]*$/.test(text),
        );
        if (!sendable) return;
        const answer = await sendBounded(app.url, {
          method: 'GET',
          path: '/auth/verify',
          headers: headersOf(credentials),
        });
        const shown = JSON.stringify({ attempt, status: answer?.status, body: answer?.body });
        const expected = isRight(attempt);
        if (expected === true) expect(answer?.status, shown).toBe(204);
        else {
          const isLong = credentials.token.length + (credentials.proof ?? '').length > maxCharacters;
          const known = expected === false ? [401, 403] : [204, 401];
          expect(isLong ? [...known, 431] : known, shown).toContain(answer?.status);
        }
        if (answer?.status !== 204) expect(JSON.parse(answer?.body ?? ''), shown).toHaveProperty('code');
      });
    },
    overHttp.timeoutMs,
  );

  it(
    'reports as active at the broker only the genuine token with its own proof',
    async () => {
      await fuzz('odd credentials at the broker', overNats, attempts(), async (attempt) => {
        const { token: text, proof } = credentialsOf(attempt);
        const request = { token: text, htm: method, htu: url, ...(proof !== null && { proof }) };
        const answer = await register.connection.request('svc.licensing.verify', JSON.stringify(request), {
          timeout: 10_000,
        });
        const verdict = answer.json<{ active: boolean; error?: string }>();
        const expected = isRight(attempt);
        if (expected !== undefined)
          expect(verdict.active, JSON.stringify({ attempt, verdict })).toBe(expected);
        if (!verdict.active) expect(verdict.error).toMatch(/^[a-z-]+$/);
      });
    },
    overNats.timeoutMs,
  );
});

function headersOf({ token, proof }: Credentials): Record<string, string> {
  return {
    authorization: `${proof === null ? 'Bearer' : 'DPoP'} ${token}`,
    'x-original-method': method,
    'x-original-url': url,
    ...(proof !== null && { dpop: proof }),
  };
}

/** Compares without query and fragment, as RFC 9449 section 4.3 requires. */
function isUrl(htu: unknown): boolean {
  if (typeof htu !== 'string' || !URL.canParse(htu)) return false;
  const { origin, pathname } = new URL(htu);
  return origin + pathname === url;
}

/** Expects the claims that every accepted token must have. */
function expectRight(claims: Claims): void {
  const shown = JSON.stringify(claims);
  const device = claims['device'] as Claims | null | undefined;
  expect(claims['aud'], shown).toSatisfy((aud) => [aud].flat().includes('urn:pos:fc-demo'));
  expect(claims['organization'], shown).toMatchObject({ id: 'fc-demo' });
  expect(claims['license'], shown).toMatchObject({ hub: { id: 'srv-store-1' } });
  // One feature may be a text, as several products write it.
  const { features } = claims['license'] as Claims;
  expect(Array.isArray(features) || typeof features === 'string', shown).toBe(true);
  // Without `device.id`, any id in `sub` names the device.
  expect(claims['sub'], shown).toMatch(/^[\w-]{1,64}$/);
  expect([undefined, null, claims['sub']], shown).toContain(device?.['id']);
  // Without a kind, the client id decides.
  expect([undefined, null, 'register'], shown).toContain(device?.['kind']);
  expect(claims['client_id'], shown).toBe('pos-register');
  expect(Number(claims['exp']) * 1000, shown).toBeGreaterThan(Date.now() - 60_000);
}
