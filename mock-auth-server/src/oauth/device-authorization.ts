import { randomBytes } from 'node:crypto';
import { isName } from '../domain/name.js';
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
  /** The verification URI with the user code, for a link or a QR code (RFC 8628 section 3.3.1). */
  verification_uri_complete: string;
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
  const dpopJkt = context.settings.dpop === 'off' ? null : (parameters.get('dpop_jkt') ?? null);
  // A SHA-256 thumbprint in base64url: no proof could match any other value.
  if (dpopJkt !== null && !/^[\w-]{43}$/.test(dpopJkt)) {
    return refuse('invalid_request', 'dpop_jkt must be the SHA-256 thumbprint of a JWK');
  }
  const deviceName = parameters.get('device_name') ?? null;
  if (deviceName !== null && !isName(deviceName)) {
    return refuse('invalid_request', 'device_name must have 1 to 100 characters, without control characters');
  }
  const { clientId } = identified.client;
  const { deviceCode, userCode } = inTransaction(context, () =>
    issueCodes(context, { clientId, dpopJkt, deviceName }),
  );
  const { userCodeTtlSeconds, pollIntervalSeconds } = context.settings;
  context.log(
    `user code issued to a ${identified.client.kind} (${clientId}), valid for ${userCodeTtlSeconds} s`,
  );
  const verificationUri = `${context.urls.publicUrl}/organizations`;
  return {
    ok: true,
    answer: {
      device_code: deviceCode,
      user_code: formatUserCode(userCode),
      verification_uri: verificationUri,
      verification_uri_complete: `${verificationUri}?user_code=${formatUserCode(userCode)}`,
      expires_in: userCodeTtlSeconds,
      interval: pollIntervalSeconds,
    },
  };
}

function issueCodes(
  context: MockContext,
  asked: { clientId: string; dpopJkt: string | null; deviceName: string | null },
): { deviceCode: string; userCode: string } {
  const now = context.now();
  context.deviceCodes.forgetLongExpired(now);
  const deviceCode = randomBytes(32).toString('base64url');
  const rest = {
    deviceCode,
    ...asked,
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
