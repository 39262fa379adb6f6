import { type LicenseStatus, licenseStatuses, licenseStatusTexts } from '../domain/license-status.js';
import type { RecordedAuditEntry } from '../domain/ports/license-store.js';
import type { Reader } from './reader.js';
import { formatInstant } from './tell-time.js';
import { texts } from './texts.js';

const words = texts.history;
const fieldNames = Object.keys(words.changes) as (keyof typeof words.changes)[];
const dates: ReadonlySet<string> = new Set(['renewalDate', 'tokenExpiresAt']);

/** An entry of the audit trail as a person reads it. */
export interface AuditLine {
  readonly id: number;
  readonly at: Date;
  readonly what: string;
  readonly who: string;
  /** The address; null: it came from no network. */
  readonly from: string | null;
  readonly why: string | null;
  /** Such as "Features: xms → xms, kds". */
  readonly changes: readonly string[];
}

export function describeAuditEntry(entry: RecordedAuditEntry, reader: Reader): AuditLine {
  return {
    id: entry.id,
    at: entry.at,
    what: nameOf(entry),
    who: entry.actor === 'system' ? words.system : entry.actor,
    from: entry.address,
    why: reasonOf(entry),
    changes: listChanges(entry, reader),
  };
}

/** A refresh that brought something new is called by that. */
function nameOf({ action, reason }: RecordedAuditEntry): string {
  if (action === 'refreshed' && reason === 'renewed') return words.renewed;
  if (action === 'refreshed' && reason === 'terms-changed') return words.termsChanged;
  return words.actions[action];
}

/** Reasons of the service's own are codes, and said by the name and the changes. */
function reasonOf({ action, reason }: RecordedAuditEntry): string | null {
  return action === 'refreshed' || action === 'status-changed' || reason === 'revoked' ? null : reason;
}

function listChanges({ before, after }: RecordedAuditEntry, reader: Reader): string[] {
  if (after === null) return [];
  return fieldNames.flatMap((name) => {
    const from = tell(name, before?.[name], reader);
    const to = tell(name, after[name], reader);
    if (from === to) return [];
    return [`${words.changes[name]}: ${from === texts.none ? to : `${from} → ${to}`}`];
  });
}

function tell(name: string, value: unknown, { locale }: Reader): string {
  if (value === null || value === undefined || value === '') return texts.none;
  if (Array.isArray(value)) return value.length === 0 ? texts.none : value.join(', ');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (dates.has(name) && !Number.isNaN(Date.parse(text))) return formatInstant(new Date(text), locale);
  return isStatus(text) ? licenseStatusTexts[text] : text;
}

function isStatus(text: string): text is LicenseStatus {
  return (licenseStatuses as readonly string[]).includes(text);
}
