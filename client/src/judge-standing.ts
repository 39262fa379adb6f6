import type { LicensedDevice } from './device/licensed-device.js';
import type { LicenseView } from './license-view.js';

/** Whether a register may go on, why (not), and until when if nothing new is heard. */
export type Standing =
  | { readonly isLicensed: true; readonly reason: 'licensed'; readonly usableUntil: Date }
  | { readonly isLicensed: false; readonly reason: StandingFault; readonly usableUntil: null };

/**
 * - `nothing-heard`, `unlicensed`, `expired`, `token-expired`: of the server.
 * - `device-not-authorized`, `device-expired`, `device-token-expired`: of the device itself, where it has a token of its own.
 */
export type StandingFault =
  | 'nothing-heard'
  | 'unlicensed'
  | 'expired'
  | 'token-expired'
  | 'device-not-authorized'
  | 'device-expired'
  | 'device-token-expired';

/** Judges by what the server told last and, where it is given, by the device's own license; it needs no connection. */
export function judgeStanding(
  server: LicenseView | null,
  device: Pick<LicensedDevice, 'license'> | null,
  now: Date,
): Standing {
  const fault = findServerFault(server, now) ?? (device && findDeviceFault(device, now));
  if (fault) return { isLicensed: false, reason: fault, usableUntil: null };
  const ends = [
    server?.renewalDate ?? null,
    server?.token.expiresAt ?? null,
    device?.license?.renewalDate ?? null,
    device?.license?.tokenExpiresAt ?? null,
  ].flatMap((end) => (end === null ? [] : [new Date(end).getTime()]));
  return { isLicensed: true, reason: 'licensed', usableUntil: new Date(Math.min(...ends)) };
}

function findServerFault(server: LicenseView | null, now: Date): StandingFault | null {
  if (server === null) return 'nothing-heard';
  if (server.status === 'unlicensed' || server.status === 'expired') return server.status;
  if (server.renewalDate !== null && now.getTime() >= Date.parse(server.renewalDate)) return 'expired';
  const { expiresAt } = server.token;
  return expiresAt === null || now.getTime() > Date.parse(expiresAt) ? 'token-expired' : null;
}

function findDeviceFault({ license }: Pick<LicensedDevice, 'license'>, now: Date): StandingFault | null {
  if (license === null) return 'device-not-authorized';
  if (license.renewalDate !== null && now >= license.renewalDate) return 'device-expired';
  return now > license.tokenExpiresAt ? 'device-token-expired' : null;
}
