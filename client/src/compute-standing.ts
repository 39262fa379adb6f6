import type { LicensedDevice } from './device/licensed-device.js';
import type { LicenseView } from './license-view.js';

/** Whether a register may sell, the reason, and the end of this permission if no event follows. */
export type Standing =
  | { readonly isLicensed: true; readonly reason: 'licensed'; readonly usableUntil: Date }
  | { readonly isLicensed: false; readonly reason: StandingFault; readonly usableUntil: null };

/**
 * The reason why a register may not sell:
 * - `nothing-heard`: no event of the server was received yet.
 * - `unlicensed`, `expired`, `token-expired`: the state of the server's license and token.
 * - `device-not-authorized`, `device-expired`, `device-token-expired`: the state of the device's own license and token.
 */
export type StandingFault =
  | 'nothing-heard'
  | 'unlicensed'
  | 'expired'
  | 'token-expired'
  | 'device-not-authorized'
  | 'device-expired'
  | 'device-token-expired';

/** Returns the standing at `now` by the server's last license view and, if a device is given, by its own license. */
export function computeStanding(
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
