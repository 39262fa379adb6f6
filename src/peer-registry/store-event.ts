import { readInstant as readInstantOrNull, toPlainText } from '../domain/claim-values.js';
import { type LicenseStatus, licenseStatuses, type TokenStatus } from '../domain/license-status.js';

interface StoreEventEnvelope {
  readonly serverId: string;
  readonly time: Date;
  readonly sequence: number;
  /** The schema version. */
  readonly version: number;
}

/** The members of a `license.status` event that the list uses. */
export interface StoreStatusEvent extends StoreEventEnvelope {
  readonly type: 'license.status';
  readonly status: LicenseStatus;
  readonly reason: string | null;
  readonly serverName: string | null;
  readonly features: readonly string[];
  readonly renewalDate: Date | null;
  /** `null` without a license. */
  readonly token: { readonly status: TokenStatus; readonly issuedAt: Date; readonly expiresAt: Date } | null;
  readonly offlineSince: Date | null;
  readonly clockSuspect: boolean;
  readonly reauthorizationRequired: boolean;
  /** `null` in the events of older services. */
  readonly serviceVersion: string | null;
}

/** The members of a `token.expiring` event that the list uses. */
export interface StoreTokenEvent extends StoreEventEnvelope {
  readonly type: 'token.expiring';
  readonly expiresAt: Date;
  readonly offlineSince: Date | null;
}

export type StoreEvent = StoreStatusEvent | StoreTokenEvent;

type Json = Readonly<Record<string, unknown>>;

const maxBytes = 64 * 1024;
const maxCharacters = 256;
const subjectShape = /^stores\.([A-Za-z0-9_-]{1,64})\.(license\.status|token\.expiring)$/;

/** Reads an event from the stores' stream. Returns `null` if it is malformed or does not match its subject. */
export function readStoreEvent(subject: string, data: Uint8Array): StoreEvent | null {
  const [, serverId, type] = subjectShape.exec(subject) ?? [];
  if (serverId === undefined || data.length > maxBytes) return null;
  try {
    const event = readObject(JSON.parse(new TextDecoder().decode(data)));
    expectThat(event['source'] === `/servers/${serverId}` && event['type'] === type);
    const envelope = readEnvelope(event, serverId);
    const reported = readObject(event['data']);
    expectThat(reported['serverId'] === serverId);
    return type === 'license.status' ? readStatus(envelope, reported) : readTokenExpiring(envelope, reported);
  } catch (error) {
    if (error instanceof MalformedEventError || error instanceof SyntaxError) return null;
    throw error;
  }
}

class MalformedEventError extends Error {}

function readEnvelope(event: Json, serverId: string): StoreEventEnvelope {
  const { specversion, sequence, dataschema } = event;
  const [, version] = /^urn:pos-licensing:[a-z.]+:(\d{1,4})$/.exec(readText(dataschema)) ?? [];
  expectThat(specversion === '1.0' && /^\d{16}$/.test(readText(sequence)) && version !== undefined);
  return {
    serverId,
    time: readInstant(event['time']),
    sequence: Number(sequence),
    version: Number(version),
  };
}

function readStatus(envelope: StoreEventEnvelope, reported: Json): StoreStatusEvent {
  const status = licenseStatuses.find((known) => known === reported['status']);
  const { features, clockSuspect, reauthorizationRequired } = reported;
  if (status === undefined || !Array.isArray(features) || features.length > 100)
    throw new MalformedEventError();
  expectThat(typeof clockSuspect === 'boolean' && typeof reauthorizationRequired === 'boolean');
  return {
    ...envelope,
    type: 'license.status',
    status,
    reason: orNull(reported['reason'], readText),
    serverName: orNull(reported['serverName'], readText),
    features: features.map(readText),
    renewalDate: orNull(reported['renewalDate'], readInstant),
    token: readToken(readObject(reported['token'])),
    offlineSince: orNull(readObject(reported['connection'])['offlineSince'], readInstant),
    clockSuspect: clockSuspect === true,
    reauthorizationRequired: reauthorizationRequired === true,
    serviceVersion: orNull(reported['serviceVersion'], readText),
  };
}

function readToken({ status, issuedAt, expiresAt }: Json): StoreStatusEvent['token'] {
  if (status === 'none') return null;
  if (status !== 'valid' && status !== 'expiring' && status !== 'expired') throw new MalformedEventError();
  return { status, issuedAt: readInstant(issuedAt), expiresAt: readInstant(expiresAt) };
}

function readTokenExpiring(envelope: StoreEventEnvelope, reported: Json): StoreTokenEvent {
  return {
    ...envelope,
    type: 'token.expiring',
    expiresAt: readInstant(reported['expiresAt']),
    offlineSince: orNull(reported['offlineSince'], readInstant),
  };
}

function expectThat(isTrue: boolean): void {
  if (!isTrue) throw new MalformedEventError();
}

function readObject(value: unknown): Json {
  expectThat(typeof value === 'object' && value !== null && !Array.isArray(value));
  return value as Json;
}

/** Rejects a NUL character and long texts, and sanitizes the rest for the database, the log and the page. */
function readText(value: unknown): string {
  const isText = typeof value === 'string' && value.length <= maxCharacters && !value.includes('\0');
  expectThat(isText);
  return toPlainText(value as string, maxCharacters);
}

function readInstant(value: unknown): Date {
  const instant = typeof value === 'string' ? readInstantOrNull(value) : null;
  if (instant === null) throw new MalformedEventError();
  return instant;
}

function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null || value === undefined ? null : read(value);
}
