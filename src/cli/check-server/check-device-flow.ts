import { type License, minTokenLifeMs, tokenLifeMs } from '../../domain/license.js';
import type {
  AuthorizationServer,
  DeviceCodeAnswer,
  IssuedDeviceCode,
  IssuedGrant,
} from '../../domain/ports/authorization-server.js';
import type { Clock } from '../../domain/ports/clock.js';
import { fail, type Finding, ok, warn } from '../doctor/finding.js';

const minCodeSeconds = 300;
const slowDownSeconds = 5;

/** Acquires a license as the service does, refreshes it once and revokes its grant. */
export async function checkDeviceFlow(
  server: AuthorizationServer,
  clock: Clock,
  showCode: (userCode: string, verificationUri: string) => void,
  trustsIntrospection: boolean,
): Promise<Finding[]> {
  const code = await server.requestDeviceCode();
  if (code.kind === 'unreachable') {
    const remedy = 'Allow the client of the profile the device flow, its scope and its resource';
    return [failWith('device-flow', code.message, remedy)];
  }
  const findings: Finding[] = [];
  if (code.expiresInSeconds < minCodeSeconds) {
    const message = `A user code ends after ${code.expiresInSeconds} s ("expires_in").`;
    findings.push(warn('device-flow', message, 'Let user codes live at least 5 minutes.'));
  }
  showCode(code.userCode, code.verificationUri);
  const answer = await waitForDecision(server, clock, code);
  if (answer.kind !== 'granted') return [...findings, explainNoGrant(answer)];
  findings.push(ok('device-flow', `License for ${answer.grant.identity.serverId}.`));
  findings.push(...checkLife(answer.grant.license));
  if (trustsIntrospection) findings.push(...(await checkIntrospection(server, answer)));
  findings.push(...(await checkRefresh(server, answer)));
  return findings;
}

/** Polls as RFC 8628 section 3.5 asks, until there is a decision or the code ends. */
async function waitForDecision(
  server: AuthorizationServer,
  clock: Clock,
  code: IssuedDeviceCode,
): Promise<DeviceCodeAnswer> {
  const endsAt = clock.now().getTime() + code.expiresInSeconds * 1000;
  let { intervalSeconds } = code;
  let answer: DeviceCodeAnswer = { kind: 'pending' };
  while (clock.now().getTime() < endsAt) {
    await clock.sleep(intervalSeconds * 1000);
    answer = await server.redeemDeviceCode(code.deviceCode, code.dpopKey);
    if (answer.kind === 'slow-down') intervalSeconds += slowDownSeconds;
    else if (answer.kind !== 'pending') return answer;
  }
  return answer.kind === 'pending' ? { kind: 'expired' } : answer;
}

function explainNoGrant(answer: Exclude<DeviceCodeAnswer, { kind: 'granted' }>): Finding {
  if ('message' in answer)
    return failWith('license-token', answer.message, 'Correct the answer of the server');
  return fail('device-flow', `The user code was not approved (${answer.kind}).`, 'Run the check again.');
}

function checkLife(license: License): Finding[] {
  const lifeMs = tokenLifeMs(license.token);
  if (lifeMs >= minTokenLifeMs) return [];
  const message = `A license token lives ${Math.round(lifeMs / 60_000)} minutes: a shop closes when it has been offline that long.`;
  return [fail('token-life', message, 'Let access tokens live at least 24 hours; 7 days are a good value.')];
}

/** Without its endpoint, the check of the metadata has reported that. */
async function checkIntrospection(server: AuthorizationServer, { secrets }: IssuedGrant): Promise<Finding[]> {
  const answer = await server.introspect(secrets.accessToken);
  const check = 'introspection';
  switch (answer.kind) {
    case 'active':
      return [ok(check, 'The license token is active.')];
    case 'inactive':
      return [fail(check, 'A new license token is called inactive.', 'Let the endpoint know access tokens.')];
    case 'unreachable':
      return [failWith(check, answer.message, 'Allow this client introspection without a secret')];
    case 'not-offered':
      return [];
  }
}

async function checkRefresh(server: AuthorizationServer, issued: IssuedGrant): Promise<Finding[]> {
  const { serverId, organization } = issued.grant.identity;
  let { refreshToken } = issued.secrets;
  const answer = await server.refresh(
    issued.secrets,
    { serverId, organizationId: organization.id },
    async (token) => {
      refreshToken = token;
    },
  );
  await server.revoke({ ...issued.secrets, refreshToken });
  if (answer.kind !== 'granted') {
    return [failWith('refresh', answer.message, 'Allow this client refresh tokens')];
  }
  if (answer.secrets.accessToken === issued.secrets.accessToken) {
    const remedy =
      'Build a new access token at each refresh; a cache must not answer for the token endpoint.';
    return [fail('refresh', 'The refresh returned the same access token again.', remedy)];
  }
  return [ok('refresh', 'The license token was refreshed.')];
}

/** The adapter writes a known remedy into the message. */
export function failWith(check: string, message: string, otherRemedy: string): Finding {
  const [fault = '', remedy = `${otherRemedy}.`] = message.split(' Remedy: ');
  return fail(check, fault, remedy);
}
