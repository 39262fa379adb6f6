import { generateKeyPairSync } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import type { Settings } from '../config/settings.js';
import type { KeyValueStore } from '../persistence/key-value-store.js';
import type { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { IssuerKeys } from './issuer-keys.js';

const issuer = 'https://auth.example';
const makeKey = (kid?: string) => ({
  ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
  ...(kid !== undefined && { kid }),
});

describe('IssuerKeys', () => {
  let kept: Map<string, string>;
  let nowMs: number;
  const fetchKeys = vi.fn<IssuerDocuments['fetchKeys']>();
  const write = vi.fn<KeyValueStore['write']>();
  let log: MockInstance<Logger['debug']>;

  beforeEach(() => {
    kept = new Map();
    nowMs = 1_000_000;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    fetchKeys.mockReset();
    log = vi.spyOn(Logger.prototype, 'debug').mockReturnValue();
    write.mockReset().mockImplementation((name, value) => Promise.resolve(void kept.set(name, value)));
  });

  afterEach(() => vi.restoreAllMocks());

  function makeKeys(configured = issuer): IssuerKeys {
    const values = { read: (name: string) => Promise.resolve(kept.get(name) ?? null), write };
    return new IssuerKeys(
      { authorizationServer: { issuer: new URL(configured) } } as unknown as Settings,
      { fetchKeys } as unknown as IssuerDocuments,
      values as unknown as KeyValueStore,
    );
  }

  const publish = (...keys: unknown[]) => fetchKeys.mockResolvedValue({ issuer, keys });

  it('has no keys before the first fetch', () => {
    const keys = makeKeys();
    expect([keys.issuer, keys.version, keys.find('a')]).toEqual(['', 0, []]);
  });

  it('finds a key only by its id', async () => {
    publish(makeKey('a'), makeKey('b'));
    const keys = makeKeys();
    expect(await keys.fetch()).toBe(true);
    expect(keys.issuer).toBe(issuer);
    expect(keys.find('a')).toHaveLength(1);
    expect(keys.find('b')).not.toBe(keys.find('a'));
    for (const id of ['c', undefined, null, 1]) expect(keys.find(id)).toEqual([]);
  });

  it('ignores keys that are not for signatures or have no id', async () => {
    publish(
      { kty: 'oct', k: 'AAAA', kid: 'secret' },
      makeKey(),
      { ...makeKey('text'), kid: 1 },
      makeKey('a'),
    );
    const keys = makeKeys();
    await keys.fetch();
    expect(keys.find('a')).toHaveLength(1);
    for (const id of ['secret', 'text', undefined, 1]) expect(keys.find(id)).toEqual([]);
  });

  it('reads the newest key of 1,000, as some servers never remove one', async () => {
    const first = makeKey('key-0');
    publish(...[...Array(1000).keys()].map((index) => ({ ...first, kid: `key-${index}` })));
    const keys = makeKeys();
    await keys.fetch();
    expect(keys.find('key-999')).toHaveLength(1);
  });

  it('skips null and keeps each of two keys with the same id', async () => {
    publish(null, 'key', makeKey('a'), makeKey('a'), { ...makeKey('a'), use: 'enc' });
    const keys = makeKeys();
    expect(await keys.fetch()).toBe(true);
    expect(keys.find('a')).toHaveLength(2);
  });

  it.each([
    ['an empty set', []],
    ['a set without a usable key', [null, { kty: 'oct', k: 'AAAA', kid: 'a' }]],
  ])('keeps the known keys if the Authorization server publishes %s', async (_what, published) => {
    publish(makeKey('a'));
    const keys = makeKeys();
    await keys.fetch();
    publish(...published);
    expect(await keys.fetch()).toBe(false);
    expect([keys.find('a').length, keys.version]).toEqual([1, 1]);
  });

  it('increments its version only if the keys change', async () => {
    const first = makeKey('a');
    publish(first);
    const keys = makeKeys();
    await keys.fetch();
    await keys.fetch();
    expect(keys.version).toBe(1);
    expect(write).toHaveBeenCalledTimes(1);
    publish(first, makeKey('b'));
    await keys.fetch();
    expect(keys.version).toBe(2);
  });

  it('shares one fetch between concurrent callers and fetches again later', async () => {
    publish(makeKey('a'));
    const keys = makeKeys();
    expect(await Promise.all([keys.fetch(), keys.fetch(), keys.fetchForToken('10.0.0.1')])).toEqual([
      true,
      true,
      true,
    ]);
    expect(fetchKeys).toHaveBeenCalledTimes(1);
    await keys.fetch();
    expect(fetchKeys).toHaveBeenCalledTimes(2);
  });

  it('fetches a rotated key for one address while another has used up its budget with made-up keys', async () => {
    publish(makeKey('a'));
    const keys = makeKeys();
    for (let attempt = 0; attempt < 100; attempt += 1) await keys.fetchForToken('10.0.0.66');
    expect(fetchKeys).toHaveBeenCalledTimes(3);
    publish(makeKey('b'));
    expect(await keys.fetchForToken('10.0.0.1')).toBe(true);
    expect(keys.find('b')).toHaveLength(1);
    nowMs += 60_000;
    expect(await keys.fetchForToken('10.0.0.66')).toBe(true);
    expect(await keys.fetchForToken('10.0.0.66')).toBe(false);
  });

  it('fetches at most ten times together for many addresses, then every 30 seconds', async () => {
    publish(makeKey('a'));
    const keys = makeKeys();
    for (let host = 0; host < 100; host += 1) await keys.fetchForToken(`10.0.0.${host}`);
    expect(fetchKeys).toHaveBeenCalledTimes(10);
    nowMs += 29_999;
    expect(await keys.fetchForToken('10.0.1.1')).toBe(false);
    nowMs += 1;
    expect(await keys.fetchForToken('10.0.1.1')).toBe(true);
  });

  it('does not count the regular fetches in the budget of tokens', async () => {
    publish(makeKey('a'));
    const keys = makeKeys();
    for (let attempt = 0; attempt < 20; attempt += 1) await keys.fetch();
    expect(await keys.fetchForToken('10.0.0.1')).toBe(true);
  });

  it('keeps the known keys if a fetch or its storage fails', async () => {
    publish(makeKey('a'));
    const keys = makeKeys();
    await keys.fetch();
    fetchKeys.mockRejectedValue('no error at all');
    expect(await keys.fetch()).toBe(false);
    publish(makeKey('b'));
    write.mockRejectedValueOnce(new Error('disk full'));
    expect(await keys.fetch()).toBe(false);
    expect([keys.find('a').length, keys.find('b').length, keys.version]).toEqual([1, 0, 1]);
    expect(log.mock.calls).toEqual([
      ['Fetching the keys of the Authorization server failed (no error at all).'],
      ['Fetching the keys of the Authorization server failed (disk full).'],
    ]);
    expect(await keys.fetch()).toBe(true);
    expect([keys.find('a').length, keys.find('b').length, keys.version]).toEqual([0, 1, 2]);
  });

  it('restores its keys after a restart without the internet', async () => {
    publish(makeKey('a'));
    await makeKeys().fetch();
    const restarted = makeKeys(`${issuer}/`);
    await restarted.load();
    expect([restarted.issuer, restarted.find('a').length, restarted.version]).toEqual([issuer, 1, 1]);
    await restarted.load();
    expect(restarted.version).toBe(1);
  });

  it('ignores stored keys of another server than the configured one', async () => {
    publish(makeKey('a'));
    await makeKeys().fetch();
    const moved = makeKeys('https://other.example');
    await moved.load();
    expect([moved.issuer, moved.find('a'), moved.version]).toEqual(['', [], 0]);
  });

  it('loads nothing if nothing is stored', async () => {
    const keys = makeKeys();
    await keys.load();
    expect(keys.version).toBe(0);
  });
});
