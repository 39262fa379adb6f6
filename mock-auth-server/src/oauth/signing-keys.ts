import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto';
import type { KeyObject, KeyPairKeyObjectResult, SigningOptions } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { JWK } from 'jose';
import type { TokenAlgorithm } from '../settings.js';

interface Scheme {
  generate: () => KeyPairKeyObjectResult;
  digest: string | null;
  options: SigningOptions;
}

const generateRsa = (): KeyPairKeyObjectResult => generateKeyPairSync('rsa', { modulusLength: 2048 });

/** How each algorithm of RFC 7518 section 3.1 creates keys and signs. */
const schemes: Record<TokenAlgorithm, Scheme> = {
  ES256: {
    generate: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    digest: 'sha256',
    options: { dsaEncoding: 'ieee-p1363' },
  },
  EdDSA: { generate: () => generateKeyPairSync('ed25519'), digest: null, options: {} },
  RS256: { generate: generateRsa, digest: 'sha256', options: {} },
  PS256: {
    generate: generateRsa,
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  },
};

interface SigningKey {
  kid: string;
  alg: TokenAlgorithm;
  privateKey: KeyObject;
  publicJwk: JWK;
}

interface SigningKeyRow {
  kid: string;
  alg: TokenAlgorithm;
  private_key: string;
}

/**
 * Holds the keys that sign license tokens and status lists. The newest one signs, and all stay published.
 *
 * Signing is synchronous (node:crypto), so that it runs in the transaction of its grant: if it fails, the refresh
 * token is not rotated.
 */
export class SigningKeys {
  readonly #database: Database;
  #keys: SigningKey[];

  constructor(database: Database, alg: TokenAlgorithm) {
    this.#database = database;
    this.#keys = database
      .prepare<[], SigningKeyRow>('SELECT kid, alg, private_key FROM signing_keys ORDER BY position')
      .all()
      .map(loadKey);
    if (this.#keys.at(-1)?.alg !== alg) this.rotate(alg);
  }

  /** Creates a new key, which signs from now on, and returns its `kid`. */
  rotate(alg: TokenAlgorithm = this.#current().alg): string {
    const { privateKey } = schemes[alg].generate();
    const row: SigningKeyRow = {
      kid: randomBytes(12).toString('base64url'),
      alg,
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    this.#database
      .prepare('INSERT INTO signing_keys (kid, alg, private_key) VALUES (@kid, @alg, @private_key)')
      .run(row);
    this.#keys = [...this.#keys, loadKey(row)];
    return row.kid;
  }

  listPublic(): JWK[] {
    return this.#keys.map(({ publicJwk }) => publicJwk);
  }

  /** Signs a compact JWT with the newest key. */
  sign(typ: string, claims: Record<string, unknown>): string {
    const { kid, alg, privateKey } = this.#current();
    const input = `${encodePart({ typ, alg, kid })}.${encodePart(claims)}`;
    const { digest, options } = schemes[alg];
    const signature = sign(digest, Buffer.from(input), { key: privateKey, ...options });
    return `${input}.${signature.toString('base64url')}`;
  }

  #current(): SigningKey {
    const key = this.#keys.at(-1);
    if (!key) throw new Error('there is no signing key, although the constructor creates one');
    return key;
  }
}

function loadKey(row: SigningKeyRow): SigningKey {
  const privateKey = createPrivateKey(row.private_key);
  const publicJwk = {
    ...(createPublicKey(privateKey).export({ format: 'jwk' }) as JWK),
    kid: row.kid,
    alg: row.alg,
    use: 'sig',
  };
  return { kid: row.kid, alg: row.alg, privateKey, publicJwk };
}

function encodePart(part: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
