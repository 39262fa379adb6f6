import type { AuditFilter } from '../domain/ports/license-store.js';
import type { HistoryFilterQuery } from './forms.js';

/** Which entries of the audit trail the history shows; `null` for all. */
export type HistoryFilter = AuditFilter;

/** Reads the filter of a query, in which an empty choice means all. */
export function readHistoryFilter({ kind, person }: HistoryFilterQuery): HistoryFilter {
  return { action: kind === '' ? null : kind, actor: person === '' ? null : person };
}

/** Returns the path of the history, or of its export, with a filter. */
export function historyPath(
  path: string,
  { action, actor }: HistoryFilter,
  before: number | null = null,
): string {
  const query = new URLSearchParams({
    ...(action !== null && { kind: action }),
    ...(actor !== null && { person: actor }),
    ...(before !== null && { before: String(before) }),
  });
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
