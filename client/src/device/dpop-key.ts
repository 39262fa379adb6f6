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

/** What a proof is for: a request by HTTP, or a connection to a broker. */
export interface ProofPurpose {
  readonly htm: string;
  readonly htu: string;
  /** The license token that is presented with the proof. */
  readonly token: string;
  readonly nonce?: string | undefined;
}

/** The key of a device that its license token is bound to (RFC 9449): ES256, so an EC key on P-256. */
export class DpopKey {
  /** With the private part: to be stored, and shown to nobody. */
  readonly jwk: JsonWebKey;
  readonly publicJwk: JsonWebKey;
  readonly #key: KeyObject;

  /** @throws if it is no private key on P-256 */
  constructor(jwk: JsonWebKey) {
    const { kty, crv, x, y } = jwk;
    if (crv !== 'P-256') throw new TypeError('The DPoP key must be an EC key on P-256, as a JWK.');
    this.#key = createPrivateKey({ key: jwk, format: 'jwk' });
    this.jwk = jwk;
    this.publicJwk = { kty, crv, x, y } as JsonWebKey;
  }

  static generate(): DpopKey {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return new DpopKey(privateKey.export({ format: 'jwk' }));
  }

  /** The RFC 7638 thumbprint that `cnf.jkt` of a bound token names. */
  get thumbprint(): string {
    const { crv, kty, x, y } = this.publicJwk;
    // The members in this order, without spaces (RFC 7638 section 3).
    return hash(JSON.stringify({ crv, kty, x, y }));
  }

  /** Signs a proof, each with an id of its own. It does not wait, as the authenticators of NATS cannot. */
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

  /** The pair as OAuth libraries want it. */
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
