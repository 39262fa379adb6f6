import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  sign,
  webcrypto,
} from 'node:crypto';

/** The claims that tie a proof to one HTTP request or one connection to a broker. */
export interface ProofPurpose {
  readonly htm: string;
  readonly htu: string;
  /** The license token that is presented with the proof. */
  readonly token: string;
  readonly nonce?: string | undefined;
}

/** The key that a device's license token is bound to (RFC 9449): an EC key on P-256, for ES256. */
export class DpopKey {
  /** Includes the private part: store it, never send it. */
  readonly jwk: JsonWebKey;
  readonly publicJwk: JsonWebKey;
  readonly #key: KeyObject;

  /** @throws if the JWK is not a private key on P-256 */
  constructor(jwk: JsonWebKey) {
    const { kty, crv, x, y } = jwk;
    if (crv !== 'P-256') throw new TypeError('The DPoP key must be an EC key on P-256, as a JWK.');
    this.#key = createPrivateKey({ key: jwk, format: 'jwk' });
    this.jwk = jwk;
    this.publicJwk = { kty, crv, x, y } as JsonWebKey;
  }

  static generate(): DpopKey {
    // Not exported from the generated key: on Node 20, that never ends if a garbage collection happens during it.
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    });
    const key = createPrivateKey({ key: privateKey, type: 'pkcs8', format: 'der' });
    return new DpopKey(key.export({ format: 'jwk' }));
  }

  /** Returns the RFC 7638 thumbprint, which is `cnf.jkt` in a bound token. */
  get thumbprint(): string {
    const { crv, kty, x, y } = this.publicJwk;
    // RFC 7638 section 3 requires this order of members and no white space.
    return hash(JSON.stringify({ crv, kty, x, y }));
  }

  /** Signs a proof with a new `jti`. It is synchronous, because NATS authenticators are. */
  signProof({ htm, htu, token, nonce }: ProofPurpose, now: Date): string {
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: this.publicJwk };
    const payload = {
      jti: randomUUID(),
      htm,
      htu,
      iat: Math.floor(now.getTime() / 1000),
      ath: hash(token),
      ...(nonce === undefined ? {} : { nonce }),
    };
    const input = `${encode(header)}.${encode(payload)}`;
    const signature = sign('sha256', Buffer.from(input), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  }

  /** Returns the key pair in Web Crypto form, which openid-client takes. */
  async toKeyPair(): Promise<webcrypto.CryptoKeyPair> {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const read = (jwk: JsonWebKey, usage: 'sign' | 'verify', isExtractable: boolean) =>
      webcrypto.subtle.importKey('jwk', jwk as webcrypto.JsonWebKey, algorithm, isExtractable, [usage]);
    const [privateKey, publicKey] = await Promise.all([
      read(this.jwk, 'sign', false),
      read(this.publicJwk, 'verify', true),
    ]);
    return { privateKey, publicKey };
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function encode(document: object): string {
  return Buffer.from(JSON.stringify(document)).toString('base64url');
}
