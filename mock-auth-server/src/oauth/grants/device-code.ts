import type { DeviceCode } from '../../domain/model.js';
import type { MockContext } from '../../mock-context.js';
import { refuse } from '../oauth-refusal.js';
import type { GrantOutcome, GrantRequest } from './grant-request.js';
import { findTokenRefusal, issueLicenseToken } from './issue-license-token.js';

/** A client's timer may fire this early without a `slow_down`. */
const timerToleranceMs = 50;

/** Exchanges a device code for tokens (RFC 8628 sections 3.4 and 3.5). It runs in one transaction. */
export function grantDeviceCode(context: MockContext, request: GrantRequest): GrantOutcome {
  const deviceCode = request.parameters.get('device_code');
  if (deviceCode === undefined) return refuse('invalid_request', 'device_code is missing');
  const code = context.deviceCodes.findByDeviceCode(deviceCode);
  if (code === null || code.clientId !== request.client.clientId) {
    return refuse('invalid_grant', 'unknown device_code for this client');
  }
  if (code.state === 'used')
    return refuse('invalid_grant', 'device_code was already used: start a new authorization');
  if (code.state === 'denied') return refuse('access_denied', 'a person denied this device');
  if (context.now() >= code.expiresAt)
    return refuse('expired_token', 'device_code has expired: start a new authorization');
  if (code.state === 'pending') return answerPoll(context, code);
  return grantApproved(context, request, code);
}

/** Only a pending code is slowed down: otherwise a client with a constant interval could never redeem its code. */
function answerPoll(context: MockContext, code: DeviceCode): GrantOutcome {
  const now = context.now();
  const sinceLastMs = code.lastPolledAt === null ? Infinity : now.getTime() - code.lastPolledAt.getTime();
  const isTooFast = sinceLastMs < code.intervalSeconds * 1000 - timerToleranceMs;
  const intervalSeconds = code.intervalSeconds + (isTooFast ? 5 : 0);
  context.deviceCodes.recordPoll(code, now, intervalSeconds);
  return isTooFast
    ? refuse('slow_down', `polled too fast: wait ${intervalSeconds} seconds between polls from now on`)
    : refuse('authorization_pending', 'the user code was not entered yet');
}

function grantApproved(context: MockContext, request: GrantRequest, code: DeviceCode): GrantOutcome {
  const grant = code.grantId === null ? null : context.grants.find(code.grantId);
  const device = grant === null ? null : context.customers.findDevice(grant.deviceId);
  if (grant === null || device === null || grant.endedAt !== null) {
    return refuse('invalid_grant', 'the authorization of this device was removed');
  }
  if (code.dpopJkt !== null && code.dpopJkt !== request.proof?.jkt) {
    return refuse('invalid_dpop_proof', 'the proof is not signed by the key in dpop_jkt');
  }
  const refusal = findTokenRefusal(context, device);
  if (refusal !== null) return { ok: false, refusal };
  context.deviceCodes.setState(code, 'used');
  context.grants.bind(grant.id, request.proof?.jkt ?? null);
  const refreshToken = context.refreshTokens.issue(grant.id, null, context.now());
  const answer = issueLicenseToken(context, request, grant, device, refreshToken);
  return { ok: true, answer, event: `license token issued to ${device.id}` };
}
