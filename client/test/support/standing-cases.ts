/** Ends and times are milliseconds from now. `tokenEndMs` is `null` without a license. */
interface StandingCase {
  readonly when: string;
  readonly renewalMs: number | null;
  readonly tokenEndMs: number | null;
  readonly reason: 'licensed' | 'unlicensed' | 'expired' | 'token-expired';
  readonly usableMs: number | null;
  readonly limitedBy: 'token' | 'license' | null;
}

const dayMs = 86_400_000;

/** The cases that the server and the client library judge in the same way. */
export const standingCases: readonly StandingCase[] = [
  licensed('the token ends in 1 ms', null, 1, 'token'),
  licensed('the token ends now', null, 0, 'token'),
  licensed('the renewal date is in 1 ms', 1, dayMs, 'license'),
  licensed('the token ends before the renewal date', dayMs, 5, 'token'),
  licensed('the renewal date is before the end of the token', 5, dayMs, 'license'),
  licensed('both end at the same time', dayMs, dayMs, 'license'),
  refused('there is no license', null, null, 'unlicensed'),
  refused('the token ended 1 ms ago', null, -1, 'token-expired'),
  refused('the token ended before the renewal date', dayMs, -1, 'token-expired'),
  refused('the renewal date is now', 0, dayMs, 'expired'),
  refused('the renewal date was 1 ms ago', -1, dayMs, 'expired'),
  refused('the renewal date and the token have passed', -1, -dayMs, 'expired'),
];

function licensed(
  when: string,
  renewalMs: number | null,
  tokenEndMs: number,
  limitedBy: 'token' | 'license',
): StandingCase {
  const usableMs = limitedBy === 'token' ? tokenEndMs : renewalMs;
  return { when, renewalMs, tokenEndMs, reason: 'licensed', usableMs, limitedBy };
}

function refused(
  when: string,
  renewalMs: number | null,
  tokenEndMs: number | null,
  reason: StandingCase['reason'],
): StandingCase {
  return { when, renewalMs, tokenEndMs, reason, usableMs: null, limitedBy: null };
}
