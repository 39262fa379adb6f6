import type { HubServer, Organization } from '../license-view.js';
import type { DeviceLicense } from './device-license.js';
import { DeviceError } from './device-error.js';

/**
 * Parses the claims of a device's own license token (RFC 9068). The signature is not checked: the token came directly
 * from the Authorization server, and each receiver verifies it.
 * @throws DeviceError `token-not-acceptable`
 */
export function readLicenseToken(token: string): DeviceLicense {
  const claims = parsePayload(token);
  const device = record(claims['device'], 'device');
  const license = record(claims['license'], 'license');
  const confirmation = claims['cnf'] === undefined ? {} : record(claims['cnf'], 'cnf');
  const { kind } = device;
  if (kind !== 'server' && kind !== 'register') refuse('device.kind must be "server" or "register"');
  return {
    deviceId: text(claims['sub'], 'sub'),
    deviceName: text(device['name'], 'device.name'),
    kind,
    organization: readOrganization(record(claims['organization'], 'organization')),
    features: readFeatures(license['features']),
    renewalDate: readRenewalDate(license['renewal_date']),
    hub: license['hub'] ? readHub(record(license['hub'], 'license.hub')) : null,
    tokenIssuedAt: readInstant(claims['iat'], 'iat'),
    tokenExpiresAt: readInstant(claims['exp'], 'exp'),
    keyThumbprint: confirmation['jkt'] === undefined ? null : text(confirmation['jkt'], 'cnf.jkt'),
  };
}

function parsePayload(token: string): Record<string, unknown> {
  try {
    return record(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()), 'the payload');
  } catch (error) {
    if (error instanceof DeviceError) throw error;
    return refuse('it must be a JWT');
  }
}

function readOrganization(claim: Record<string, unknown>): Organization {
  return { id: text(claim['id'], 'organization.id'), name: text(claim['name'], 'organization.name') };
}

function readHub(claim: Record<string, unknown>): HubServer {
  const { url } = claim;
  return {
    id: text(claim['id'], 'license.hub.id'),
    name: text(claim['name'], 'license.hub.name'),
    url: url === undefined || url === null ? null : text(url, 'license.hub.url'),
  };
}

function readFeatures(claim: unknown): readonly string[] {
  if (!Array.isArray(claim)) return refuse('license.features must be a list');
  return claim.map((feature) => text(feature, 'license.features'));
}

function readRenewalDate(claim: unknown): Date | null {
  if (claim === undefined || claim === null) return null;
  const date = new Date(text(claim, 'license.renewal_date'));
  return Number.isNaN(date.getTime()) ? refuse('license.renewal_date must be an ISO 8601 time') : date;
}

function readInstant(claim: unknown, name: string): Date {
  return typeof claim === 'number' && Number.isFinite(claim)
    ? new Date(claim * 1000)
    : refuse(`${name} must be a number of seconds`);
}

function record(value: unknown, name: string): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : refuse(`${name} must be an object`);
}

function text(value: unknown, name: string): string {
  return typeof value === 'string' && value !== '' ? value : refuse(`${name} must be a text`);
}

function refuse(expectation: string): never {
  throw new DeviceError('token-not-acceptable', `The license token cannot be used: ${expectation}.`);
}
