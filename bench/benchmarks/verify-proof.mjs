import { hash, randomUUID, verify } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { cpuPerOperation } from '../harness/cpu-per-operation.mjs';
import { createVerifiers } from '../fixtures/create-verifier.mjs';
import { loadBuilt } from '../fixtures/load-built.mjs';
import { audience, issuer, TokenIssuer } from '../fixtures/token-issuer.mjs';

/** @type {typeof import('../../src/peers/tokens/dpop-proof.js')} */
const { checkDpopProof } = await loadBuilt('peers/tokens/dpop-proof');
/** @type {typeof import('../../src/peers/http-nonces.js')} */
const { HttpNonces } = await loadBuilt('peers/http-nonces');

const registers = 64;
const htm = 'GET';
const htu = 'http://127.0.0.1:3000/api/peers/me';

/** @typedef {{ key: TokenIssuer, jwk: object, keyThumbprint: string, token: string }} Register */
/** @typedef {{ register: Register, proof: string, input: Buffer, signature: Buffer }} Shown */

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const verifyProof = {
  name: 'verify-proof',
  title: 'A license token that was seen before, with a fresh DPoP proof',
  how:
    '64 registers with a key each. The parts of the service (from build/) that check a proof over HTTP: token, proof, nonce, ' +
    'replay. node:crypto verifies only the signature of the proof with a prepared key. jose verifies token and proof as in ' +
    'its documentation.',
  figures: { cpu: 'µs CPU' },
  rounds: 15,
  targets: [
    { kind: 'ratio', ours: 'service', other: 'node:crypto', figure: 'cpu', atLeast: 0.65 },
    { kind: 'ratio', ours: 'service', other: 'jose', figure: 'cpu', atLeast: 4 },
  ],
  async prepare(_fixtures, { isQuick }) {
    const issuing = new TokenIssuer('ES256');
    const known = Array.from({ length: registers }, (_, index) => makeRegister(issuing, index));
    const verifier = (await createVerifiers(issuing)).make();
    const nonces = new HttpNonces();
    const count = isQuick ? 500 : 1_000;
    /** @param {number} most @param {(shown: Shown[]) => unknown} work */
    const round = (most, work) => {
      const shown = Array.from({ length: most }, (_, index) => prove(known, index, nonces.current()));
      return cpuPerOperation(shown.length, () => work(shown));
    };
    const service = () => round(count, (shown) => shown.forEach((one) => take(verifier, nonces, one)));
    const raw = () => round(count, (shown) => shown.forEach(verifySignature));
    const jose = () =>
      round(count / 4, async (shown) => {
        for (const one of shown) await verifyByJose(issuing, one);
      });
    for (const warmUp of [service, raw, jose]) await warmUp();
    return {
      contenders: [
        { name: 'service', round: service },
        { name: 'node:crypto', round: raw },
        { name: 'jose', round: jose },
      ],
    };
  },
};

/** @param {TokenIssuer} issuing @param {number} number @returns {Register} */
function makeRegister(issuing, number) {
  const key = new TokenIssuer('ES256');
  const { crv, kty, x, y } = key.publicKey.export({ format: 'jwk' });
  const jwk = { crv, kty, x, y };
  const keyThumbprint = hash('sha256', JSON.stringify(jwk), 'base64url');
  return { key, jwk, keyThumbprint, token: issuing.licenseToken(number, { keyThumbprint }) };
}

/** @param {readonly Register[]} known @param {number} index @param {string} nonce @returns {Shown} */
function prove(known, index, nonce) {
  const register = known[index % known.length];
  if (register === undefined) throw new Error('The list of registers is empty.');
  const ath = hash('sha256', register.token, 'base64url');
  const iat = Math.floor(Date.now() / 1000);
  const proof = register.key.sign(
    { typ: 'dpop+jwt', jwk: register.jwk, kid: undefined },
    { jti: randomUUID(), htm, htu, iat, ath, nonce },
  );
  const dot = proof.lastIndexOf('.');
  return {
    register,
    proof,
    input: Buffer.from(proof.slice(0, dot)),
    signature: Buffer.from(proof.slice(dot + 1), 'base64url'),
  };
}

/**
 * @param {import('../../src/peers/peer-verifier.js').PeerVerifier} verifier
 * @param {import('../../src/peers/http-nonces.js').HttpNonces} nonces
 * @param {Shown} shown
 */
function take(verifier, nonces, { register: { token, keyThumbprint }, proof }) {
  const verdict = verifier.verifyOffline(token);
  const checked = checkDpopProof(proof, { htm, htu, token, keyThumbprint });
  const isTaken = checked !== null && nonces.consume(checked.nonce, checked.jti) === 'taken';
  if (verdict.kind !== 'accepted' || !isTaken) throw new Error('A valid proof was refused.');
}

/** @param {Shown} shown */
function verifySignature({ register, input, signature }) {
  const key = /** @type {const} */ ({ key: register.key.publicKey, dsaEncoding: 'ieee-p1363' });
  if (!verify('sha256', input, key, signature)) throw new Error('A valid signature was refused.');
}

/** @param {TokenIssuer} issuing @param {Shown} shown */
async function verifyByJose(issuing, { register, proof }) {
  const { payload } = await jwtVerify(register.token, issuing.publicKey, { issuer, audience, typ: 'at+jwt' });
  const { protectedHeader, payload: claims } = await jwtVerify(proof, EmbeddedJWK, {
    typ: 'dpop+jwt',
    algorithms: ['ES256'],
  });
  const jwk = protectedHeader.jwk;
  const jkt = jwk && (await calculateJwkThumbprint(jwk));
  const ath = hash('sha256', register.token, 'base64url');
  const { cnf } = /** @type {{ cnf?: { jkt: string } }} */ (payload);
  if (jkt !== cnf?.jkt || claims['ath'] !== ath || claims['htm'] !== htm || claims['htu'] !== htu) {
    throw new Error('A valid proof was refused.');
  }
}
