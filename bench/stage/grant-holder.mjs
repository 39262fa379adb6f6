import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { Pool } from 'undici';

const clientId = 'pos-server';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/**
 * The least that an OAuth client with DPoP does (RFC 8628, RFC 9449): gets a grant once, and refreshes it again and again.
 * It keeps one connection, knows the nonce that it was given last and verifies nothing.
 */
export class GrantHolder {
  #key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #pool;
  /** @type {string | undefined} */
  #nonce;
  #refreshToken = '';

  /** @param {Record<string, string>} metadata of the Authorization server */
  constructor(metadata) {
    this.metadata = metadata;
    this.#pool = new Pool(new URL(this.#endpoint('token_endpoint')).origin, { connections: 1 });
    const { crv, kty, x, y } = this.#key.publicKey.export({ format: 'jwk' });
    this.jwk = { crv, kty, x, y };
    this.header = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: this.jwk })).toString(
      'base64url',
    );
  }

  /** @param {string} url of the Authorization server */
  static async find(url) {
    const answer = await fetch(new URL('/.well-known/openid-configuration', url));
    return new GrantHolder(/** @type {Record<string, string>} */ (await answer.json()));
  }

  /** @param {(userCode: string) => Promise<unknown>} approve @param {Record<string, string>} [more] parameters */
  async acquire(approve, more = {}) {
    const asked = await this.#post('device_authorization_endpoint', { client_id: clientId, ...more });
    await approve(asked.body.user_code);
    await this.#grant({ grant_type: deviceGrant, device_code: asked.body.device_code });
  }

  /** One refresh grant. */
  refresh() {
    return this.#grant({ grant_type: 'refresh_token', refresh_token: this.#refreshToken });
  }

  stop() {
    return this.#pool.close();
  }

  /** @param {Record<string, string>} parameters @returns {Promise<void>} */
  async #grant(parameters) {
    const answer = await this.#post('token_endpoint', { client_id: clientId, ...parameters });
    if (answer.status === 400 && answer.body.error === 'use_dpop_nonce') return this.#grant(parameters);
    if (answer.status !== 200) throw new Error(`No token: ${answer.status} ${JSON.stringify(answer.body)}`);
    this.#refreshToken = answer.body.refresh_token ?? this.#refreshToken;
  }

  /**
   * @param {string} endpoint
   * @param {Record<string, string>} parameters
   * @returns {Promise<{ status: number, body: any }>}
   */
  async #post(endpoint, parameters) {
    const url = this.#endpoint(endpoint);
    const response = await this.#pool.request({
      method: 'POST',
      path: new URL(url).pathname,
      headers: { 'content-type': 'application/x-www-form-urlencoded', dpop: this.#prove(url) },
      body: new URLSearchParams(parameters).toString(),
    });
    const nonce = response.headers['dpop-nonce'];
    if (typeof nonce === 'string') this.#nonce = nonce;
    const body = await response.body.json();
    return { status: response.statusCode, body };
  }

  /** @param {string} name */
  #endpoint(name) {
    const url = this.metadata[name];
    if (url === undefined) throw new Error(`The Authorization server has no ${name}.`);
    return url;
  }

  /** @param {string} htu */
  #prove(htu) {
    const claims = { jti: randomUUID(), iat: Math.floor(Date.now() / 1000), htm: 'POST', htu };
    const payload = Buffer.from(JSON.stringify({ ...claims, nonce: this.#nonce })).toString('base64url');
    const input = `${this.header}.${payload}`;
    const key = /** @type {const} */ ({ key: this.#key.privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  }
}
