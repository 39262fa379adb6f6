import type { License, LicensePolicy } from '../domain/license.js';
import { tokenWarningThresholds } from '../domain/token-warnings.js';

export interface Moment {
  readonly kind: 'issued' | 'next-refresh' | 'warning' | 'token-expiry' | 'renewal-window' | 'renewal';
  readonly at: Date;
  /** The position on the time line, from 0 to 1. */
  readonly offset: number;
}

/** A time line with its moments in order. */
export interface Timeline {
  readonly kind: 'token' | 'license';
  readonly moments: readonly Moment[];
  /** The part that has passed, from 0 to 1. */
  readonly passed: number;
}

type Dated = Pick<Moment, 'kind' | 'at'>;

/** Returns the time lines of the license token and, if the license has a renewal date, of the license. */
export function buildTimelines(
  license: License,
  nextRefreshAt: Date | null,
  policy: LicensePolicy,
  now: Date,
): Timeline[] {
  const { token, terms } = license;
  const issued: Dated = { kind: 'issued', at: token.issuedAt };
  const tokenMoments: Dated[] = [
    issued,
    ...(nextRefreshAt === null ? [] : [{ kind: 'next-refresh', at: nextRefreshAt } as const]),
    ...tokenWarningThresholds(token, policy.tokenWarningsSeconds).map((seconds): Dated => ({
      kind: 'warning',
      at: before(token.expiresAt, seconds * 1000),
    })),
    { kind: 'token-expiry', at: token.expiresAt },
  ];
  const timelines = [layOut('token', tokenMoments, now)];
  if (terms.renewalDate === null) return timelines;
  const windowAt = before(terms.renewalDate, policy.renewalWindowMs);
  const licenseMoments: Dated[] = [
    issued,
    { kind: 'renewal-window', at: windowAt },
    { kind: 'renewal', at: terms.renewalDate },
  ];
  return [...timelines, layOut('license', licenseMoments, now)];
}

function layOut(kind: Timeline['kind'], moments: readonly Dated[], now: Date): Timeline {
  const ordered = moments.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const times = [...ordered.map(({ at }) => at.getTime()), now.getTime()];
  const from = Math.min(...times);
  const lengthMs = Math.max(1, Math.max(...times) - from);
  const offsetOf = (at: Date): number => (at.getTime() - from) / lengthMs;
  return {
    kind,
    passed: offsetOf(now),
    moments: ordered.map((moment) => ({ ...moment, offset: offsetOf(moment.at) })),
  };
}

function before(at: Date, byMs: number): Date {
  return new Date(at.getTime() - byMs);
}
