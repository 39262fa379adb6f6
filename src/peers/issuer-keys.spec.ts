import { generateKeyPairSync } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import type { Settings } from '../config/settings.js';
import type { KeyValueStore } from '../persistence/key-value-store.js';
import type { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { IssuerKeys } from './issuer-keys.js';

const issuer = 'https://auth.example';
const fetchGapMs = 5 * 60_000;
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
    expect([keys.issuer, keys.version, keys.find('a')]).toEqual(['', 0, null]);
  });

  it('finds a key only by its id', async () => {
    publish(makeKey('a'), makeKey('b'));
    const keys = makeKeys();
    expect(await keys.fetch()).toBe(true);
    expect(keys.issuer).toBe(issuer);
    expect(keys.find('a')).not.toBeNull();
    expect(keys.find('b')).not.toBe(keys.find('a'));
    for (const id of ['c', undefined, null, 1]) expect(keys.find(id)).toBeNull();
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
    expect(keys.find('a')).not.toBeNull();
    for (const id of ['secret', 'text', undefined, 1]) expect(keys.find(id)).toBeNull();
  });

  it('stores 64 keys at most', async () => {
    publish(...[...Array(65).keys()].map((index) => makeKey(`key-${index}`)));
    const keys = makeKeys();
    await keys.fetch();
    expect(keys.find('key-63')).not.toBeNull();
    expect(keys.find('key-64')).toBeNull();
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
    expect(await Promise.all([keys.fetch(), keys.fetch(), keys.fetchForUnknownKey()])).toEqual([
      true,
      true,
      true,
    ]);
    expect(fetchKeys).toHaveBeenCalledTimes(1);
    await keys.fetch();
    expect(fetchKeys).toHaveBeenCalledTimes(2);
  });

  it('fetches for an unknown key immediately, then at most every five minutes, even after a failure', async () => {
    fetchKeys.mockRejectedValue(new Error('offline'));
    const keys = makeKeys();
    expect(await keys.fetchForUnknownKey()).toBe(false);
    publish(makeKey('a'));
    nowMs += fetchGapMs - 1;
    expect(await keys.fetchForUnknownKey()).toBe(false);
    expect(fetchKeys).toHaveBeenCalledTimes(1);
    nowMs += 1;
    expect(await keys.fetchForUnknownKey()).toBe(true);
    expect(keys.find('a')).not.toBeNull();
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
    expect([keys.find('a') !== null, keys.find('b'), keys.version]).toEqual([true, null, 1]);
    expect(log.mock.calls).toEqual([
      ['Fetching the keys of the Authorization server failed (no error at all).'],
      ['Fetching the keys of the Authorization server failed (disk full).'],
    ]);
    expect(await keys.fetch()).toBe(true);
    expect([keys.find('a'), keys.find('b') !== null, keys.version]).toEqual([null, true, 2]);
  });

  it('restores its keys after a restart without the internet', async () => {
    publish(makeKey('a'));
    await makeKeys().fetch();
    const restarted = makeKeys(`${issuer}/`);
    await restarted.load();
    expect([restarted.issuer, restarted.find('a') !== null, restarted.version]).toEqual([issuer, true, 1]);
    await restarted.load();
    expect(restarted.version).toBe(1);
  });

  it('ignores stored keys of another server than the configured one', async () => {
    publish(makeKey('a'));
    await makeKeys().fetch();
    const moved = makeKeys('https://other.example');
    await moved.load();
    expect([moved.issuer, moved.find('a'), moved.version]).toEqual(['', null, 0]);
  });

  it('loads nothing if nothing is stored', async () => {
    const keys = makeKeys();
    await keys.load();
    expect(keys.version).toBe(0);
  });
});
