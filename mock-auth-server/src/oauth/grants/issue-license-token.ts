import { describeLicenseRefusal, findLicenseRefusal } from '../../domain/license-refusal.js';
import type { Device, Grant } from '../../domain/model.js';
import type { MockContext } from '../../mock-context.js';
import { signLicenseToken } from '../license-token.js';
import type { OAuthRefusal } from '../oauth-refusal.js';
import type { GrantRequest, TokenAnswer } from './grant-request.js';

/** Returns the refusal because of the license; `null` if there is none. The grant stays valid and works again later. */
export function findTokenRefusal(context: MockContext, device: Device): OAuthRefusal | null {
  const license = context.customers.findLicense(device.licenseId);
  if (!license) throw new Error(`the device ${device.id} has no license`);
  const licenseRefusal = findLicenseRefusal(license, context.grants.countSeatsBefore(device), context.now());
  if (licenseRefusal === null) return null;
  return {
    error: 'access_denied',
    description: describeLicenseRefusal(licenseRefusal, license),
    licenseRefusal,
  };
}

/** Issues the license token of a grant, with a new refresh token if one is given. */
export function issueLicenseToken(
  context: MockContext,
  request: GrantRequest,
  grant: Grant,
  device: Device,
  refreshToken: string | null,
): TokenAnswer {
  const ttlSeconds = context.settings.tokenTtlSeconds;
  const token = signLicenseToken(context, {
    device,
    clientId: grant.clientId,
    dpopJkt: request.proof?.jkt ?? null,
    grantId: grant.id,
    issuedAt: request.issuedAt,
    ttlSeconds,
  });
  return {
    access_token: token,
    token_type: request.proof === null ? 'Bearer' : 'DPoP',
    expires_in: ttlSeconds,
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
  };
}
