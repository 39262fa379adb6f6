import { calculateJwkThumbprint, exportJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { generateDpopKey, importDpopKey, thumbprintOf } from './dpop-key.js';

describe('a DPoP key', () => {
  it('is different each time', async () => {
    expect((await generateDpopKey()).d).not.toBe((await generateDpopKey()).d);
  });

  it('signs and verifies after being stored as JSON', async () => {
    const key = await generateDpopKey();
    const { privateKey, publicKey } = await importDpopKey(JSON.parse(JSON.stringify(key)));
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const data = Buffer.from('proof');
    const signature = await crypto.subtle.sign(algorithm, privateKey, data);
    expect(await crypto.subtle.verify(algorithm, publicKey, signature, data)).toBe(true);
    expect(privateKey.extractable).toBe(false);
  });

  it('has the thumbprint of its public part (RFC 7638)', async () => {
    const key = await generateDpopKey();
    const { publicKey } = await importDpopKey(key);
    expect(await thumbprintOf(key)).toBe(await calculateJwkThumbprint(await exportJWK(publicKey)));
  });
});
