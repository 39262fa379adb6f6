import { randomBytes } from 'node:crypto';
import { formatUserCode, generateUserCode } from '../domain/user-code.js';
import type { MockContext } from '../mock-context.js';
import { inTransaction } from '../mock-context.js';
import { identifyClient } from './clients.js';
import type { OAuthOutcome } from './oauth-refusal.js';
import { refuse } from './oauth-refusal.js';

export interface DeviceAuthorization {
  device_code: string;
  user_code: string;
  verification_uri: string;
  expires_in: number;
  interval: number;
}

/** Answers a device authorization request (RFC 8628 section 3.1) with a new device code and user code. */
export function authorizeDeviceRequest(
  context: MockContext,
  parameters: ReadonlyMap<string, string>,
): OAuthOutcome<{ answer: DeviceAuthorization }> {
  const identified = identifyClient(parameters);
  if (!identified.ok) return identified;
  const dpopJkt = parameters.get('dpop_jkt') ?? null;
  // A SHA-256 thumbprint in base64url: no proof could match any other value.
  if (dpopJkt !== null && !/^[\w-]{43}$/.test(dpopJkt)) {
    return refuse('invalid_request', 'dpop_jkt must be the SHA-256 thumbprint of a JWK');
  }
  const { clientId } = identified.client;
  const { deviceCode, userCode } = inTransaction(context, () => issueCodes(context, clientId, dpopJkt));
  const { userCodeTtlSeconds, pollIntervalSeconds } = context.settings;
  context.log(
    `user code issued to a ${identified.client.kind} (${clientId}), valid for ${userCodeTtlSeconds} s`,
  );
  return {
    ok: true,
    answer: {
      device_code: deviceCode,
      user_code: formatUserCode(userCode),
      verification_uri: `${context.urls.publicUrl}/organizations`,
      expires_in: userCodeTtlSeconds,
      interval: pollIntervalSeconds,
    },
  };
}

function issueCodes(
  context: MockContext,
  clientId: string,
  dpopJkt: string | null,
): { deviceCode: string; userCode: string } {
  const now = context.now();
  context.deviceCodes.forgetLongExpired(now);
  const deviceCode = randomBytes(32).toString('base64url');
  const rest = {
    deviceCode,
    clientId,
    dpopJkt,
    // Of a fraction of a second, as tests have it, nobody is held to more than the answer names.
    intervalSeconds: Math.floor(context.settings.pollIntervalSeconds),
    expiresAt: new Date(now.getTime() + context.settings.userCodeTtlSeconds * 1000),
  };
  for (let attempt = 0; attempt < 5; attempt++) {
    const userCode = generateUserCode();
    if (context.deviceCodes.add({ ...rest, userCode })) return { deviceCode, userCode };
  }
  throw new Error('five random user codes in a row are taken, out of 20^8');
}
