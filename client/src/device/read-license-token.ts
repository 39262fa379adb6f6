import type { HubServer, Organization } from '../license-view.js';
import type { DeviceLicense } from './device-license.js';
import { DeviceError } from './device-error.js';
import { readNumericDate, readRenewalDate } from './claim-instants.js';

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
    renewalDate: readRenewal(license['renewal_date']),
    hub: license['hub'] ? readHub(record(license['hub'], 'license.hub')) : null,
    ...readLife(claims),
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
  return readNamed(claim, 'organization');
}

/** Without a name the id has to do. */
function readNamed(claim: Record<string, unknown>, path: string): { id: string; name: string } {
  const id = text(claim['id'], `${path}.id`);
  return { id, name: text(claim['name'] ?? id, `${path}.name`) };
}

function readHub(claim: Record<string, unknown>): HubServer {
  const { url } = claim;
  return {
    ...readNamed(claim, 'license.hub'),
    url: url === undefined || url === null ? null : text(url, 'license.hub.url'),
  };
}

function readFeatures(claim: unknown): readonly string[] {
  if (!Array.isArray(claim)) return refuse('license.features must be a list');
  return claim.map((feature) => text(feature, 'license.features'));
}

/** A date that cannot be read never means that there is none: such a license would have no end. */
function readRenewal(claim: unknown): Date | null {
  if (claim === undefined || claim === null) return null;
  const expected =
    'an instant with its offset (2027-06-30T23:59:59Z) or a date, within the years 1970 to 9999';
  return readRenewalDate(claim) ?? refuse(`license.renewal_date must be ${expected}`);
}

function readLife(claims: Record<string, unknown>): Pick<DeviceLicense, 'tokenIssuedAt' | 'tokenExpiresAt'> {
  const [tokenIssuedAt, tokenExpiresAt] = [readInstant(claims, 'iat'), readInstant(claims, 'exp')];
  if (tokenExpiresAt <= tokenIssuedAt) refuse('exp must be later than iat');
  return { tokenIssuedAt, tokenExpiresAt };
}

function readInstant(claims: Record<string, unknown>, name: string): Date {
  const instant = readNumericDate(claims[name]);
  return instant ?? refuse(`${name} must be a number of seconds, within the years 1970 to 9999`);
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
