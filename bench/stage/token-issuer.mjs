import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';

/** @typedef {'ES256' | 'EdDSA'} Algorithm */

export const issuer = 'https://auth.example';
export const audience = 'urn:pos:fc-demo';
export const serverId = 'srv-store-1';
export const statusListUri = `${issuer}/status-list`;

/** Signs what an Authorization server signs, so that a row can have thousands of tokens at once. */
export class TokenIssuer {
  /** @param {Algorithm} algorithm */
  constructor(algorithm) {
    this.algorithm = algorithm;
    this.keyId = `bench-${algorithm}`;
    const pair = makePair(algorithm);
    this.publicKey = pair.publicKey;
    this.privateKey = pair.privateKey;
    this.publicJwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: this.keyId, alg: algorithm };
  }

  /**
   * A license token of a register of this server, with the claims of the contract.
   * @param {number} number of the register
   * @param {{ keyThumbprint?: string }} [options]
   */
  licenseToken(number, { keyThumbprint } = {}) {
    const id = `reg-${number}`;
    const iat = Math.floor(Date.now() / 1000) - 60;
    return this.sign(
      { typ: 'at+jwt' },
      {
        iss: issuer,
        sub: id,
        aud: audience,
        client_id: 'pos-register',
        iat,
        exp: iat + 7 * 86_400,
        jti: randomUUID(),
        ...(keyThumbprint !== undefined && { cnf: { jkt: keyThumbprint } }),
        organization: { id: 'fc-demo', name: 'Demo' },
        device: { id, name: `Register ${number}`, kind: 'register', url: null },
        license: { features: ['register'], renewal_date: null, hub: { id: serverId, name: 'Store 1' } },
        status: { status_list: { idx: number, uri: statusListUri } },
      },
    );
  }

  /** @param {object} header @param {object} payload @returns {string} a JWT in compact form */
  sign(header, payload) {
    const input = `${encode({ alg: this.algorithm, kid: this.keyId, ...header })}.${encode(payload)}`;
    const signature =
      this.algorithm === 'ES256'
        ? sign('sha256', Buffer.from(input), { key: this.privateKey, dsaEncoding: 'ieee-p1363' })
        : sign(null, Buffer.from(input), this.privateKey);
    return `${input}.${signature.toString('base64url')}`;
  }
}

/** @param {Algorithm} algorithm */
function makePair(algorithm) {
  return algorithm === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('ed25519');
}

/** @param {object} value */
function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
