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
    jti: randomUUID(),
    ...(terms.dpopJkt === null ? {} : { cnf: { jkt: terms.dpopJkt } }),
    ...describeTerms(context, device),
    status: {
      status_list: { idx: terms.grantId, uri: context.urls.issuer + endpointPaths.statusList },
    },
  });
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
