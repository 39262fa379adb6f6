import { deflateSync } from 'node:zlib';
import { loadBuilt } from './load-built.mjs';
import { issuer, serverId, statusListUri } from './token-issuer.mjs';

/** @type {typeof import('../../src/peers/issuer-keys.js')} */
const { IssuerKeys } = await loadBuilt('peers/issuer-keys');
/** @type {typeof import('../../src/peers/revocation-list.js')} */
const { RevocationList } = await loadBuilt('peers/revocation-list');
/** @type {typeof import('../../src/peers/peer-verifier.js')} */
const { PeerVerifier } = await loadBuilt('peers/peer-verifier');

/**
 * The service's own verifier with the keys and the revocation list of an issuer. The doors `svc.licensing.verify` and
 * `/auth/verify` lead to it; through them a row would measure HTTP and NATS instead.
 * @param {import('./token-issuer.mjs').TokenIssuer} tokens
 * @returns {Promise<{ make: () => import('../../src/peers/peer-verifier.js').PeerVerifier }>} each that is made has
 *   seen no token yet
 */
export async function createVerifiers(tokens) {
  const documents = {
    fetchKeys: () => Promise.resolve({ issuer, keys: [tokens.publicJwk] }),
    fetchStatusList: () => Promise.resolve(signStatusList(tokens)),
  };
  const values = { read: () => Promise.resolve(null), write: () => Promise.resolve() };
  const settings = { authorizationServer: { issuer: new URL(issuer) } };
  const keys = new IssuerKeys(any(settings), documents, any(values));
  const revocations = new RevocationList(keys, documents, any(values));
  await keys.fetch();
  await revocations.fetch({ status: { status_list: { idx: 0, uri: statusListUri } } });
  if (revocations.signed === null) throw new Error('The revocation list was not taken up.');
  const organization = { id: 'fc-demo', name: 'Demo' };
  const store = { state: { identity: { serverId, serverName: 'Store 1', organization } } };
  const clock = { now: () => new Date() };
  return { make: () => new PeerVerifier(keys, revocations, any(store), any(clock)) };
}

/** @param {import('./token-issuer.mjs').TokenIssuer} tokens @returns {string} nobody is revoked */
function signStatusList(tokens) {
  const lst = deflateSync(Buffer.alloc(1024)).toString('base64url');
  const iat = Math.floor(Date.now() / 1000);
  return tokens.sign(
    { typ: 'statuslist+jwt' },
    { iss: issuer, sub: statusListUri, iat, ttl: 300, status_list: { bits: 1, lst } },
  );
}

/** For parts of which the verifier uses little. @param {unknown} value @returns {any} */
function any(value) {
  return value;
}
