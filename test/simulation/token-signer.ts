import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import type { Random } from './random.js';

/** The DER encoding of an Ed25519 private key (RFC 8410) up to its 32 bytes. */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Signs tokens with Ed25519, whose signatures depend on nothing but key and text. */
export class TokenSigner {
  private readonly key: KeyObject;
  readonly publicJwk: JsonWebKey & { readonly kid: string };

  constructor(
    random: Random,
    readonly kid: string,
  ) {
    const key = Buffer.concat([ed25519Prefix, random.bytes(32)]);
    this.key = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    this.publicJwk = {
      ...createPublicKey(this.key).export({ format: 'jwk' }),
      kid,
      alg: 'EdDSA',
      use: 'sig',
    };
  }

  sign(typ: string, payload: object, header: object = {}): string {
    const head = encode({ typ, alg: 'EdDSA', kid: this.kid, ...header });
    const input = `${head}.${encode(payload)}`;
    return `${input}.${sign(null, Buffer.from(input), this.key).toString('base64url')}`;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
