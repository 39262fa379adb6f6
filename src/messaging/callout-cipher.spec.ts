import { createCurve, type KeyPair } from '@nats-io/nkeys';
import { headers } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { CalloutCipher } from './callout-cipher.js';

const encode = (text: string) => new TextEncoder().encode(text);
const seedOf = (key: KeyPair) => new TextDecoder().decode(key.getSeed());

const service = createCurve();
const broker = createCurve();

/** Returns a request as the broker encrypts it for the service. */
function encrypted(text: string) {
  const sender = headers();
  sender.set('Nats-Server-Xkey', broker.getPublicKey());
  return { headers: sender, data: broker.seal(encode(text), service.getPublicKey()) };
}

describe('CalloutCipher', () => {
  it('reads an encrypted request, and encrypts its answer for the broker', () => {
    const request = encrypted('a login');
    expect(Buffer.from(request.data).toString('latin1')).not.toContain('a login');
    const { text, seal } = new CalloutCipher(seedOf(service)).open(request);
    expect(text).toBe('a login');
    const answer = broker.open(seal('admitted') as Uint8Array, service.getPublicKey());
    expect(new TextDecoder().decode(answer ?? undefined)).toBe('admitted');
  });

  it.each([null, seedOf(service)])('answers a plain request in plain text', (seed) => {
    const { text, seal } = new CalloutCipher(seed).open({ data: encode('a login') });
    expect([text, seal('admitted')]).toEqual(['a login', 'admitted']);
  });

  it.each([null, seedOf(createCurve())])('refuses an encrypted request without the right seed', (seed) => {
    expect(() => new CalloutCipher(seed).open(encrypted('a login'))).toThrow(/NATS_CALLOUT_XKEY_SEED/);
  });
});
