import { createLocalJWKSet, jwtVerify } from 'jose';
import type { Grant } from '../domain/model.js';
import type { MockContext } from '../mock-context.js';
import { tokenAlgorithms } from '../settings.js';
import { readGrantId } from './license-token.js';

export interface ReadLicenseToken {
  claims: Record<string, unknown>;
  grant: Grant;
}

/** Verifies a license token of this server and returns it with its grant; `null` if it is invalid or expired. */
export async function readLicenseToken(
  context: MockContext,
  token: string,
  now: Date,
): Promise<ReadLicenseToken | null> {
  const claims = await verify(context, token, now);
  const grant = claims === null ? null : context.grants.find(readGrantId(claims['jti']));
  return claims === null || grant === null ? null : { claims, grant };
}

async function verify(
  context: MockContext,
  token: string,
  now: Date,
): Promise<Record<string, unknown> | null> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: context.keys.listPublic() }), {
      issuer: context.urls.issuer,
      typ: 'at+jwt',
      algorithms: [...tokenAlgorithms],
      currentDate: now,
    });
    return payload;
  } catch {
    return null;
  }
}
