import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { JsonObject } from './product.js';

/** The key pairs of all servers: each uses them in this order. Making one takes a third of a second. */
const pairs: ReturnType<typeof makePair>[] = [];

/** The RSA keys of a server. The newest one signs, and the older ones stay published. */
export class SigningKeys {
  private readonly keys: { readonly privateKey: CryptoKey; readonly published: JWK & { kid: string } }[] = [];

  get published(): JWK[] {
    return this.keys.map(({ published }) => published);
  }

  async rotate(): Promise<void> {
    const { privateKey, publicKey } = await (pairs[this.keys.length] ??= makePair());
    const published = { ...(await exportJWK(publicKey)), kid: randomUUID(), use: 'sig', alg: 'RS256' };
    this.keys.unshift({ privateKey, published });
  }

  async sign(payload: JsonObject, header: JsonObject): Promise<string> {
    const [key] = this.keys;
    if (!key) throw new Error('The server has no key.');
    return new SignJWT({ ...payload })
      .setProtectedHeader({ alg: 'RS256', kid: key.published.kid, ...header })
      .sign(key.privateKey);
  }
}

function makePair() {
  return generateKeyPair('RS256', { modulusLength: 2048 });
}
