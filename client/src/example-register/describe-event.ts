import type { Delivery, LicenseEvent } from '../index.js';

/** Formats an event as one line for a person. */
export function describeEvent(event: LicenseEvent, delivery: Delivery): string {
  return [describeData(event), `sequence ${event.sequence}`, describeDelivery(event, delivery)].join(', ');
}

function describeData(event: LicenseEvent): string {
  if (event.type === 'license.status') {
    const { status, reason, token } = event.data;
    const until = token.expiresAt === null ? 'no token' : `token until ${token.expiresAt}`;
    return `license.status ${status} (${reason ?? 'no reason given'}), ${until}`;
  }
  const { expiresAt, secondsRemaining, thresholdSeconds } = event.data;
  return thresholdSeconds === 0
    ? `token.expiring the token ended at ${expiresAt}`
    : `token.expiring ${secondsRemaining} s left (threshold ${thresholdSeconds} s), token until ${expiresAt}`;
}

function describeDelivery(event: LicenseEvent, delivery: Delivery): string {
  if (delivery.kind === 'stored') return `stored, emitted at ${event.time}`;
  return `live, ${delivery.receivedAt.getTime() - Date.parse(event.time)} ms after it was emitted`;
}
