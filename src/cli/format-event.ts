import type { EmittedEvent } from '../outbox/read-events.js';

/** Formats an event as one line. */
export function formatEvent({ time, type, data }: EmittedEvent): string {
  return `${time}  ${type}  ${type === 'license.status' ? describeStatus(data) : describeToken(data)}`;
}

type Data = EmittedEvent['data'];

function describeStatus({ status, previousStatus, reason, standing, features }: Data): string {
  const before = previousStatus === status ? '' : ` after ${String(previousStatus)}`;
  const { isLicensed, usableUntil } = (standing ?? {}) as { isLicensed?: boolean; usableUntil?: string };
  const registers = isLicensed === true ? `can sell until ${usableUntil}` : 'cannot sell';
  return `${String(status)}${before} (${String(reason)}); registers ${registers}; features: ${[features].flat().join(', ') || 'none'}`;
}

function describeToken({ expiresAt, secondsRemaining }: Data): string {
  return secondsRemaining === 0
    ? `the license token has expired at ${String(expiresAt)}`
    : `the license token expires at ${String(expiresAt)}, in ${Math.round(Number(secondsRemaining) / 3600)} h`;
}
