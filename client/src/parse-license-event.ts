import type { LicenseEvent, LicenseSubject } from './license-event.js';
import type { LicenseStatus } from './license-view.js';

export type ParsedLicenseEvent =
  | { readonly kind: 'event'; readonly event: LicenseEvent }
  | { readonly kind: 'refused'; readonly reason: 'malformed' | 'wrong-type'; readonly detail: string };

/**
 * Parses the body of a message as the CloudEvent of its subject, and never throws. Only the members that this library
 * uses are checked. For the other members the server is trusted.
 */
export function parseLicenseEvent(subject: LicenseSubject, body: Uint8Array): ParsedLicenseEvent {
  const document = parseJson(body);
  const envelopeFault = findFault(document, envelopeChecks);
  if (envelopeFault !== null) return { kind: 'refused', reason: 'malformed', detail: envelopeFault };
  if (valueAt(document, 'type') !== subject) {
    const detail = `type: expected "${subject}", the subject of the message`;
    return { kind: 'refused', reason: 'wrong-type', detail };
  }
  const dataFault = findFault(document, dataChecks[subject]);
  if (dataFault !== null) return { kind: 'refused', reason: 'malformed', detail: dataFault };
  trustAsEvent(document);
  return { kind: 'event', event: document };
}

/** The compiler requires every status. */
const licenseStatuses = Object.keys({
  unlicensed: true,
  licensed: true,
  'requires-renewal': true,
  expired: true,
} satisfies Record<LicenseStatus, true>);

/** Narrows the type of a document that has passed the checks. */
function trustAsEvent(_document: unknown): asserts _document is LicenseEvent {}

interface FieldCheck {
  readonly path: string;
  readonly isFine: (value: unknown) => boolean;
  readonly expected: string;
}

const envelopeChecks: readonly FieldCheck[] = [
  { path: '', isFine: isRecord, expected: 'a JSON object' },
  { path: 'specversion', isFine: (value) => value === '1.0', expected: '"1.0"' },
  { path: 'id', isFine: isText, expected: 'a text' },
  { path: 'source', isFine: isSource, expected: '/servers/<server id>' },
  { path: 'type', isFine: isText, expected: 'a text' },
  { path: 'time', isFine: isInstant, expected: 'an ISO 8601 time with its zone' },
  { path: 'sequence', isFine: isSequence, expected: 'sixteen digits' },
];

const dataChecks: Readonly<Record<LicenseSubject, readonly FieldCheck[]>> = {
  'license.status': [
    { path: 'data.status', isFine: isLicenseStatus, expected: `one of ${licenseStatuses.join(', ')}` },
    {
      path: 'data.renewalDate',
      isFine: isInstantOrNull,
      expected: 'an ISO 8601 time with its zone, or null',
    },
    { path: 'data.token', isFine: isRecord, expected: 'an object' },
    {
      path: 'data.token.expiresAt',
      isFine: isInstantOrNull,
      expected: 'an ISO 8601 time with its zone, or null',
    },
  ],
  'token.expiring': [
    { path: 'data.expiresAt', isFine: isInstant, expected: 'an ISO 8601 time with its zone' },
    { path: 'data.secondsRemaining', isFine: Number.isFinite, expected: 'a number' },
    { path: 'data.thresholdSeconds', isFine: Number.isFinite, expected: 'a number' },
  ],
};

function findFault(document: unknown, checks: readonly FieldCheck[]): string | null {
  const failed = checks.find(({ path, isFine }) => !isFine(valueAt(document, path)));
  return failed === undefined ? null : `${failed.path || 'body'}: expected ${failed.expected}`;
}

function valueAt(document: unknown, path: string): unknown {
  if (path === '') return document;
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined),
      document,
    );
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isSource(value: unknown): boolean {
  return typeof value === 'string' && /^\/servers\/[^/]+$/.test(value);
}

function isSequence(value: unknown): boolean {
  return typeof value === 'string' && /^\d{16}$/.test(value);
}

function isInstant(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT.+(?:Z|[+-]\d\d:\d\d)$/.test(value)) return false;
  return !Number.isNaN(Date.parse(value));
}

function isInstantOrNull(value: unknown): boolean {
  return value === null || isInstant(value);
}

function isLicenseStatus(value: unknown): boolean {
  return licenseStatuses.some((status) => status === value);
}
