import { randomUUID } from 'node:crypto';
import { formatInstant } from '../domain/instant.js';
import type { Device } from '../domain/model.js';
import type { MockContext } from '../mock-context.js';
import { endpointPaths } from './endpoint-paths.js';

export interface LicenseTokenTerms {
  device: Device;
  clientId: string;
  dpopJkt: string | null;
  grantId: number;
  issuedAt: Date;
  ttlSeconds: number;
}

/** Signs a license token: a JWT access token (RFC 9068) with the current terms of the license. */
export function signLicenseToken(context: MockContext, terms: LicenseTokenTerms): string {
  const { device } = terms;
  const iat = Math.floor(terms.issuedAt.getTime() / 1000);
  return context.keys.sign('at+jwt', {
    iss: context.urls.issuer,
    sub: device.id,
    aud: `urn:pos:${device.organizationId}`,
    client_id: terms.clientId,
    iat,
    exp: iat + terms.ttlSeconds,
    jti: createTokenId(terms.grantId),
    ...(terms.dpopJkt === null ? {} : { cnf: { jkt: terms.dpopJkt } }),
    ...describeTerms(context, device),
    ...describeStatus(context, terms.grantId),
  });
}

/** Creates a `jti` that contains the id of the grant, because a token without a `status` claim names it nowhere else. */
function createTokenId(grantId: number): string {
  return `${grantId}.${randomUUID()}`;
}

/** Returns the id of the grant in a `jti`; 0, which no grant has, if there is none. */
export function readGrantId(jti: unknown): number {
  return typeof jti === 'string' ? Number(/^(\d{1,15})\./.exec(jti)?.[1] ?? 0) : 0;
}

function describeStatus(context: MockContext, grantId: number): Record<string, unknown> {
  if (!context.settings.hasStatusList) return {};
  const uri = context.urls.issuer + endpointPaths.statusList;
  return { status: { status_list: { idx: grantId, uri } } };
}

function describeTerms(context: MockContext, device: Device): Record<string, unknown> {
  const organization = context.customers.findOrganization(device.organizationId);
  const license = context.customers.findLicense(device.licenseId);
  const hub = device.hubId === null ? null : context.customers.findDevice(device.hubId);
  if (!organization || !license) throw new Error(`the device ${device.id} has no organization or license`);
  return {
    organization: { id: organization.id, name: organization.name },
    device: { id: device.id, name: device.name, kind: device.kind, url: device.url },
    license: {
      features: license.features,
      renewal_date: license.expiresOn === null ? null : formatInstant(license.expiresOn),
      hub: hub === null ? null : { id: hub.id, name: hub.name, url: hub.url },
    },
  };
}
