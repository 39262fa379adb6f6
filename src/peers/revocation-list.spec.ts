import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import type { KeyValueStore } from '../persistence/key-value-store.js';
import type { Settings } from '../config/settings.js';
import type { Profile } from '../domain/profile.js';
import type { Clock } from '../domain/ports/clock.js';
import type { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import type { IssuerKeys } from './issuer-keys.js';
import { RevocationList } from './revocation-list.js';
import { readSignatureKey } from './tokens/signature-key.js';

const issuer = 'https://auth.example';
const uri = `${issuer}/status-list`;
const at = Date.parse('2026-11-24T12:00:00Z') / 1000;
const signer = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsAt = (idx: number, address = uri) => ({ status: { status_list: { idx, uri: address } } });

interface ListOptions {
  readonly revoked: number | readonly number[];
  readonly iat?: number;
  readonly address?: string;
  readonly kid?: string;
  readonly key?: KeyObject;
}

/** A list of eight entries. */
function signList({
  revoked,
  iat = at,
  address = uri,
  kid = 'a',
  key = signer.privateKey,
}: ListOptions): string {
  const byte = [revoked].flat().reduce((bits, index) => bits | (1 << index), 0);
  const list = { bits: 1, lst: deflateSync(Buffer.from([byte])).toString('base64url') };
  const header = encode({ typ: 'statuslist+jwt', alg: 'EdDSA', kid });
  const input = `${header}.${encode({ iss: issuer, sub: address, iat, ttl: 600, status_list: list })}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
}

describe('RevocationList', () => {
  let kept: Map<string, string>;
  let list: RevocationList;
  let log: MockInstance<Logger['debug']>;
  const clock: Pick<Clock, 'now' | 'isSuspect'> = {
    now: () => new Date((at + 60) * 1000),
    isSuspect: () => isClockSuspect,
  };
  let isClockSuspect: boolean;
  const fetchStatusList = vi.fn<IssuerDocuments['fetchStatusList']>();

  const makeList = (profile: Partial<Profile> = {}) => {
    const key = readSignatureKey(signer.publicKey.export({ format: 'jwk' }));
    return new RevocationList(
      { issuer, find: (kid: unknown) => (kid === 'a' ? [key] : []) } as unknown as IssuerKeys,
      { fetchStatusList } as unknown as IssuerDocuments,
      {
        read: (name: string) => Promise.resolve(kept.get(name) ?? null),
        write: (name: string, value: string) => Promise.resolve(void kept.set(name, value)),
      } as unknown as KeyValueStore,
      clock as Clock,
      { authorizationServer: { profile } } as Settings,
    );
  };

  beforeEach(() => {
    kept = new Map();
    isClockSuspect = false;
    fetchStatusList.mockReset();
    log = vi.spyOn(Logger.prototype, 'debug').mockReturnValue();
    list = makeList();
  });

  afterEach(() => vi.restoreAllMocks());

  it('refuses a list from the future, which would keep out every later one, unless the clock is suspect', async () => {
    const future = signList({ revoked: [], iat: at + 3600 });
    expect(await list.offer(future, uri)).toBe(false);
    expect(await list.offer(signList({ revoked: 3 }), uri)).toBe(true);
    isClockSuspect = true;
    expect(await list.offer(future, uri)).toBe(true);
  });

  it('revokes no token before the first list', () => {
    expect([list.ttlSeconds, list.signed, list.version, list.isRevoked(claimsAt(3))]).toEqual([
      null,
      null,
      0,
      false,
    ]);
  });

  it('revokes tokens by a list fetched from the address in a token', async () => {
    const jwt = signList({ revoked: 3 });
    fetchStatusList.mockResolvedValue(jwt);
    expect(await list.fetch(claimsAt(0))).toBe(true);
    expect(fetchStatusList).toHaveBeenCalledExactlyOnceWith(uri);
    expect([list.isRevoked(claimsAt(3)), list.isRevoked(claimsAt(2))]).toEqual([true, false]);
    expect(list.isRevoked(claimsAt(3, `${uri}/2`))).toBe(false);
    expect(list.isRevoked({})).toBe(false);
    expect([list.ttlSeconds, list.signed, list.version]).toEqual([600, { uri, jwt }, 1]);
  });

  it('neither fetches nor applies a list if the profile turns it off', async () => {
    const unused = makeList({ statusList: 'off' });
    expect(await unused.fetch(claimsAt(3))).toBe(false);
    expect(fetchStatusList).not.toHaveBeenCalled();
    await unused.offer(signList({ revoked: 3 }), uri);
    expect(unused.isRevoked(claimsAt(3))).toBe(false);
  });

  it('fetches nothing for a token without a list and keeps its list if a fetch fails', async () => {
    await list.offer(signList({ revoked: 3 }), uri);
    expect(await list.fetch({})).toBe(false);
    expect(fetchStatusList).not.toHaveBeenCalled();
    for (const fault of [new Error('offline'), 'no error at all']) {
      fetchStatusList.mockRejectedValueOnce(fault);
      expect(await list.fetch(claimsAt(0))).toBe(false);
    }
    expect([list.isRevoked(claimsAt(3)), list.version]).toEqual([true, 1]);
    expect(log.mock.calls).toEqual([
      ['Fetching the token status list failed (offline).'],
      ['Fetching the token status list failed (no error at all).'],
    ]);
  });

  it('accepts a list of the same second only if it revokes no fewer tokens, and never an older one', async () => {
    await list.offer(signList({ revoked: 3 }), uri);
    expect(await list.offer(signList({ revoked: 4 }), uri)).toBe(false);
    expect(await list.offer(signList({ revoked: [3, 4] }), uri)).toBe(true);
    expect(await list.offer(signList({ revoked: 4 }), uri)).toBe(false);
    expect(list.isRevoked(claimsAt(3))).toBe(true);
    expect(await list.offer(signList({ revoked: 4, iat: at + 1 }), uri)).toBe(true);
    expect(await list.offer(signList({ revoked: 5, iat: at - 1 }), uri)).toBe(false);
    expect([3, 4, 5].map((index) => list.isRevoked(claimsAt(index)))).toEqual([false, true, false]);
    expect(list.version).toBe(3);
  });

  it('does not increment its version for the same list', async () => {
    const jwt = signList({ revoked: 3 });
    for (let time = 0; time < 2; time += 1) expect(await list.offer(jwt, uri)).toBe(true);
    expect(list.version).toBe(1);
  });

  it('accepts a list of another address, even an older one, when the issuer moves it', async () => {
    await list.offer(signList({ revoked: 3 }), uri);
    const address = `${issuer}/moved`;
    expect(await list.offer(signList({ revoked: 3, iat: at - 1, address }), address)).toBe(true);
    expect(list.isRevoked(claimsAt(3, address))).toBe(true);
  });

  it.each<[string, () => string]>([
    ['with a foreign signature', () => signList({ revoked: 3, key: stranger.privateKey })],
    ['of an unknown key', () => signList({ revoked: 3, kid: 'b' })],
    ['that is not a JWT', () => 'list'],
    ['of another address', () => signList({ revoked: 3, address: `${uri}/2` })],
  ])('rejects a list %s and stores nothing', async (_what, make) => {
    expect(await list.offer(make(), uri)).toBe(false);
    expect([list.version, list.signed, kept.size]).toEqual([0, null, 0]);
  });

  it('restores its list after a restart', async () => {
    const jwt = signList({ revoked: 3 });
    await list.offer(jwt, uri);
    const restarted = makeList();
    await restarted.load();
    expect([restarted.isRevoked(claimsAt(3)), restarted.signed]).toEqual([true, { uri, jwt }]);
  });

  it('loads nothing if nothing is stored', async () => {
    await list.load();
    expect(list.version).toBe(0);
  });

  it('accepts a list as large as that of a large chain of shops', async () => {
    const bytes = Buffer.alloc(16 * 1024, 'a stranger packs badly');
    const lst = deflateSync(bytes, { level: 0 }).toString('base64url');
    const input = `${encode({ typ: 'statuslist+jwt', alg: 'EdDSA', kid: 'a' })}.${encode({ sub: uri, iat: at, status_list: { bits: 1, lst } })}`;
    const jwt = `${input}.${sign(null, Buffer.from(input), signer.privateKey).toString('base64url')}`;
    expect(await list.offer(jwt, uri)).toBe(true);
  });
});
