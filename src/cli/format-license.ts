import type { LicenseView } from '../domain/license-view.js';
import { formatTable } from './format-table.js';

/** A string if it comes from JSON. */
type Instant = Date | string | null;
export type LicenseReport = {
  [K in keyof LicenseView]: LicenseView[K] extends Date | null ? Instant : LicenseView[K];
};

/** Formats a license with the labels of the Manage License page. */
export function formatLicense(license: LicenseReport): string {
  const { token, hub } = license;
  const rows: [string, string][] = [
    ['License Status', license.statusText],
    ['Registers', describeStanding(license)],
    ['Server ID', named(license.serverId, license.serverName)],
    ['Organization', named(license.organization?.id ?? null, license.organization?.name ?? null)],
    ['License Renewal Date', formatInstant(license.renewalDate)],
    ['Features', license.features.length === 0 ? 'None' : license.features.join(', ')],
    ['Hub Server Name', hub?.name ?? 'None'],
    ['Hub Server URL', hub?.url ?? 'None'],
    [
      'Token Expiry',
      token.expiresAt === null ? 'None' : `${formatInstant(token.expiresAt)} (${token.status})`,
    ],
    ['Next refresh', formatInstant(token.nextRefreshAt)],
    ['Authorization server', describeConnection(license.connection)],
    ['Service version', license.serviceVersion],
  ];
  if (license.clockSuspect) rows.push(['Clock', 'suspect: correct the date and time of this machine']);
  if (license.reauthorizationRequired) {
    rows.push(['To do', 'authorize this server again before its token expires: pos-licensing authorize']);
  }
  return formatTable(rows);
}

const faults = {
  unlicensed: 'this server has no license',
  expired: 'the license has expired',
  'token-expired': 'the license token has expired',
} as const;
const limits = { token: 'license token', license: 'license renewal date' } as const;

function describeStanding({ standing }: LicenseReport): string {
  const { reason, usableUntil, limitedBy } = standing;
  return reason === 'licensed'
    ? `can sell until ${formatInstant(usableUntil)} (${limits[limitedBy ?? 'token']})`
    : `cannot sell: ${faults[reason]}`;
}

/** Returns an id with its name. */
export function named(id: string | null, name: string | null): string {
  if (id === null) return 'None';
  return name === null ? id : `${id} (${name})`;
}

function formatInstant(at: Instant): string {
  return at === null ? 'None' : new Date(at).toISOString();
}

function describeConnection({ offlineSince, lastContactAt, lastError }: LicenseReport['connection']): string {
  const error = lastError === null ? '' : `: ${lastError.message}`;
  if (offlineSince !== null) return `no answer since ${formatInstant(offlineSince)}${error}`;
  return lastContactAt === null
    ? `no request yet${error}`
    : `last answer at ${formatInstant(lastContactAt)}${error}`;
}
