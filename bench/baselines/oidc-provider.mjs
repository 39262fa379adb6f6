// The Authorization server of npm's oidc-provider, configured like the mock: DPoP with nonces, rotation, license tokens as
// ES256 JWTs. It stores everything in memory; the mock commits to disk.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { findFreePort } from '../../scripts/find-free-port.mjs';

const resource = 'urn:pos:license';
const scope = 'license';
const claims = {
  organization: { id: 'fc-demo', name: 'Demo' },
  device: { id: 'srv-9', name: 'Store 9', kind: 'server', url: 'https://store-9.example' },
  license: { features: ['xms'], renewal_date: null, hub: null },
};

const url = `http://127.0.0.1:${await findFreePort()}`;
const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const provider = new Provider(url, {
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
  clients: [
    {
      client_id: 'pos-server',
      token_endpoint_auth_method: 'none',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      response_types: [],
      redirect_uris: [],
      id_token_signed_response_alg: 'ES256',
      dpop_bound_access_tokens: true,
    },
  ],
  cookies: { keys: [randomBytes(32).toString('hex')] },
  scopes: [scope],
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope,
        audience: 'urn:pos:fc-demo',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  extraTokenClaims: () => claims,
  findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  ttl: { AccessToken: 86_400, DeviceCode: 600, RefreshToken: 30 * 86_400, Grant: 365 * 86_400 },
});

process.on('message', (/** @type {string} */ userCode) => void approve(userCode));
process.on('disconnect', () => process.exit(0));
const answer = provider.callback();
const server = createServer((request, response) => void answer(request, response));
server.listen(Number(new URL(url).port), '127.0.0.1');
await once(server, 'listening');
console.log(`Listening on ${url}.`);

/** Approves a user code, as a person does on the page. */
async function approve(/** @type {string} */ userCode) {
  const code = await provider.DeviceCode.findByUserCode(userCode.replaceAll('-', ''));
  if (code === undefined) throw new Error(`Unknown user code ${userCode}.`);
  const grant = new provider.Grant({ accountId: claims.device.id, clientId: 'pos-server' });
  grant.addResourceScope(resource, scope);
  const grantId = await grant.save();
  await Object.assign(code, { accountId: claims.device.id, grantId, scope, resource }).save();
  process.send?.('approved');
}
