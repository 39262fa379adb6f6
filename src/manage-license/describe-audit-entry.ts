import { type LicenseStatus, licenseStatuses } from '../domain/license-status.js';
import type { AuditAction, RecordedAuditEntry } from '../domain/ports/license-store.js';
import type { RenderContext } from './render-context.js';
import { formatInstant } from './format-time.js';
import type { Texts } from './texts.js';

/** What the Authorization server decides, whichever request receives it. */
const decisions: ReadonlySet<AuditAction> = new Set([
  'authorization-denied',
  'authorization-refused',
  'revoked',
]);
const dates: ReadonlySet<string> = new Set(['renewalDate', 'tokenExpiresAt']);

/** An entry of the audit trail as the history page shows it. */
export interface AuditLine {
  readonly id: number;
  readonly at: Date;
  readonly what: string;
  readonly who: string;
  /** The address of the sender; `null` if the action did not come over the network. */
  readonly from: string | null;
  readonly why: string | null;
  /** Such as "Features: xms → xms, kds". */
  readonly changes: readonly string[];
}

export function describeAuditEntry(entry: RecordedAuditEntry, context: RenderContext): AuditLine {
  const words = context.texts.history;
  return {
    id: entry.id,
    at: entry.at,
    what: nameOf(entry, words),
    who: whoOf(entry, words),
    from: entry.address,
    why: reasonOf(entry),
    changes: listChanges(entry, context),
  };
}

/** Names the Authorization server for its own decisions: the actor of the entry only caused the request that received them. */
function whoOf({ action, reason, actor }: RecordedAuditEntry, words: Texts['history']): string {
  const name = actor === 'system' ? words.system : actor;
  const isItsDecision =
    decisions.has(action) || (action === 'refreshed' && (reason === 'renewed' || reason === 'terms-changed'));
  return isItsDecision ? words.authorizationServer(name) : name;
}

/** Names an entry after its result if it changed the license. */
function nameOf({ action, reason }: RecordedAuditEntry, words: Texts['history']): string {
  if (action === 'acquired' && reason === 'server-changed') return words.serverChanged;
  if (action === 'refreshed' && reason === 'renewed') return words.renewed;
  if (action === 'refreshed' && reason === 'terms-changed') return words.termsChanged;
  return (action === 'status-changed' && words.statusReasons[reason ?? '']) || words.actions[action];
}

/** Returns the reason if it is text for people. Codes are left out: the name and the changes express them. */
function reasonOf({ action, reason }: RecordedAuditEntry): string | null {
  return action === 'refreshed' || action === 'status-changed' || reason === 'revoked' ? null : reason;
}

function listChanges({ before, after }: RecordedAuditEntry, context: RenderContext): string[] {
  if (after === null) return [];
  return Object.entries(context.texts.history.changes).flatMap(([name, label]) => {
    const from = tell(name, before?.[name], context);
    const to = tell(name, after[name], context);
    if (from === to) return [];
    return [`${label}: ${from === context.texts.none ? to : `${from} → ${to}`}`];
  });
}

function tell(name: string, value: unknown, { locale, texts }: RenderContext): string {
  if (value === null || value === undefined || value === '') return texts.none;
  if (Array.isArray(value)) return value.length === 0 ? texts.none : value.join(', ');
  if (typeof value === 'boolean') return value ? texts.history.yes : texts.history.no;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (dates.has(name) && !Number.isNaN(Date.parse(text))) return formatInstant(new Date(text), locale);
  return isStatus(text) ? texts.license.statuses[text] : text;
}

function isStatus(text: string): text is LicenseStatus {
  return (licenseStatuses as readonly string[]).includes(text);
}
