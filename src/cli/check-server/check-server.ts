import type { JWK } from 'jose';
import type { Settings } from '../../config/settings.js';
import type { SignatureAlgorithm } from '../../domain/profile.js';
import type { Clock } from '../../domain/ports/clock.js';
import { explainFailure } from '../../oauth/explain-failure.js';
import { type OAuthSession, OAuthSessions } from '../../oauth/oauth-session.js';
import { OpenidAuthorizationServer } from '../../oauth/openid-authorization-server.js';
import { fail, type Finding, ok, skip, warn } from '../doctor/finding.js';
import { checkDeviceFlow, failWith } from './check-device-flow.js';

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

export interface ServerCheck {
  readonly settings: Settings;
  readonly clock: Clock;
  /** Shows the user code to a person; `null` if nobody can approve it. */
  readonly showCode: ((userCode: string, verificationUri: string) => void) | null;
}

/** Compares an Authorization server with the profile and returns a finding for each misfit. */
export async function checkServer({ settings, clock, showCode }: ServerCheck): Promise<Finding[]> {
  const sessions = new OAuthSessions(settings);
  let session: OAuthSession;
  try {
    session = await sessions.get();
  } catch (error) {
    const { code, message } = explainFailure(error);
    const remedy = code.endsWith('unsuitable')
      ? 'Check AUTH_SERVER_URL and the metadata and keys of the server'
      : 'Check the connection to the server';
    return [failWith('metadata', message, remedy)];
  }
  const findings = [...checkMetadata(session, settings), ...checkKeys(session.keys.keys, settings)];
  const { device_authorization_endpoint: endpoint } = session.configuration.serverMetadata();
  if (showCode === null || endpoint === undefined) {
    const reason = showCode === null ? 'Left out because of --no-device-flow.' : 'The server offers none.';
    return [...findings, skip('device-flow', reason)];
  }
  const server = new OpenidAuthorizationServer(sessions, clock);
  const trustsIntrospection = sessions.profile.introspection === 'trusted';
  return [...findings, ...(await checkDeviceFlow(server, clock, showCode, trustsIntrospection))];
}

function checkMetadata({ configuration, offersDpop }: OAuthSession, settings: Settings): Finding[] {
  const metadata = configuration.serverMetadata();
  const { profile } = settings.authorizationServer;
  const check = 'metadata';
  const findings = [ok(check, `${metadata.issuer} has metadata.`)];
  if (metadata.device_authorization_endpoint === undefined) {
    const remedy = 'Turn on the device flow (RFC 8628).';
    findings.push(fail(check, '"device_authorization_endpoint" is absent.', remedy));
  }
  if (profile.introspection === 'trusted' && metadata.introspection_endpoint === undefined) {
    const remedy = `Let the client ${profile.clientIds.server} introspect its tokens (RFC 7662), or set "introspection" to off.`;
    findings.push(fail(check, '"introspection_endpoint" is absent.', remedy));
  }
  const { grant_types_supported: grants } = metadata;
  for (const grant of Array.isArray(grants) ? [deviceCodeGrant, 'refresh_token'] : []) {
    if (grants?.includes(grant) === true) continue;
    const remedy = `Allow this grant to the client ${profile.clientIds.server}.`;
    findings.push(fail(check, `"grant_types_supported" does not contain ${grant}.`, remedy));
  }
  if (metadata.revocation_endpoint === undefined) {
    const remedy = 'Turn on token revocation (RFC 7009); without it, a removed license keeps its grant.';
    findings.push(warn(check, '"revocation_endpoint" is absent.', remedy));
  }
  if (profile.dpop !== 'off' && !offersDpop) {
    const message = '"dpop_signing_alg_values_supported" does not contain ES256.';
    findings.push(
      profile.dpop === 'required'
        ? fail(check, message, 'Turn on DPoP (RFC 9449), or set "dpop" in the profile to preferred or off.')
        : warn(check, message, 'Turn on DPoP (RFC 9449): without it, a copied token works until it ends.'),
    );
  }
  return findings;
}

function checkKeys(keys: readonly JWK[], settings: Settings): Finding[] {
  const { algorithms } = settings.authorizationServer.profile;
  const usable = keys.filter((key) => algorithms.some((algorithm) => fits(key, algorithm)));
  const findings: Finding[] = [];
  if (usable.length === 0) {
    const others = [...new Set(keys.map(({ alg, kty }) => alg ?? kty))].join(', ') || 'none';
    findings.push(
      fail(
        'keys',
        `No key at "jwks_uri" fits ${algorithms.join(', ')}; published: ${others}.`,
        'Publish such a key, or add the algorithm of the server to "algorithms" in the profile.',
      ),
    );
  }
  if (usable.some((key) => key.kty === 'RSA' && Buffer.from(key.n ?? '', 'base64url').length < 256)) {
    findings.push(
      fail('keys', 'An RSA key has fewer than 2048 bits.', 'Replace it by a key of at least 2048 bits.'),
    );
  }
  if (usable.some(({ kid }) => typeof kid !== 'string')) {
    findings.push(
      fail('keys', 'A key has no "kid".', 'Give each key an id: peers find the key of a token by it.'),
    );
  }
  const ids = usable.flatMap(({ kid }) => kid ?? []);
  if (new Set(ids).size < ids.length) {
    findings.push(warn('keys', 'Two keys have the same "kid".', 'Give each key its own id.'));
  }
  return findings.length > 0 ? findings : [ok('keys', `${usable.length} of ${keys.length} keys fit.`)];
}

function fits({ kty, crv, alg, use }: JWK, algorithm: SignatureAlgorithm): boolean {
  if (use !== undefined && use !== 'sig') return false;
  if (alg !== undefined && alg !== algorithm && !(alg === 'Ed25519' && algorithm === 'EdDSA')) return false;
  switch (algorithm) {
    case 'ES256':
      return kty === 'EC' && crv === 'P-256';
    case 'ES384':
      return kty === 'EC' && crv === 'P-384';
    case 'EdDSA':
      return kty === 'OKP' && crv === 'Ed25519';
    case 'RS256':
    case 'PS256':
      return kty === 'RSA';
  }
}
