import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  buildGrant,
  buildToken,
  dayMs,
  defaultPolicy,
  freezeDeeply,
  hourMs,
  minuteMs,
  oddInstants,
  secondMs,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { acceptAcquiredGrant, acceptRefreshedGrant } from './accept-grant.js';
import type { LicenseGrant, LicensePolicy } from './license.js';
import type { LicenseChange, LicenseEvent, LicenseStatusEvent } from './license-event.js';
import { initialLicenseState, type LicenseState } from './license-state.js';
import { licenseStatusAt } from './license-status.js';
import { applyTime } from './apply-time.js';
import { beginRefresh, failRefresh, type RefreshFailure } from './refresh-failure.js';
import { dropLicense } from './remove-license.js';
import { tokenWarningThresholds } from './token-warnings.js';
import { type LicenseReason, licenseReasons } from './transitions.js';

type Step =
  | { readonly kind: 'acquire' | 'refresh'; readonly terms: GrantedTerms; readonly lifeMs: number }
  | { readonly kind: 'fail'; readonly failure: RefreshFailure; readonly random: number }
  | { readonly kind: 'crash'; readonly random: number }
  | { readonly kind: 'remove' }
  | { readonly kind: 'pass'; readonly byMs: number };

interface GrantedTerms {
  readonly renewalInMs: number | 'same' | 'never';
  readonly features: readonly string[];
}

/**
 * Applies random series of operations to a server and checks the invariants of the license core after each. The model
 * knows only the emitted events, not the core's internal state.
 */
class History {
  readonly reasons = new Set<LicenseReason>();
  state: LicenseState = initialLicenseState;
  #wasSetBack = false;
  #lastStatus: LicenseStatusEvent['data']['status'] = 'unlicensed';
  #lastSequence = 0;
  #warned: number[] = [];
  #isGrantDead = false;

  constructor(
    private readonly policy: LicensePolicy,
    private now: Date,
  ) {}

  take(step: Step): void {
    if (step.kind === 'pass') {
      this.now = shift(this.now, step.byMs);
      if (step.byMs < 0) this.#wasSetBack = true;
      this.#observe();
    } else if (this.state.license !== null || step.kind === 'acquire') {
      this.#decide(step);
    }
  }

  #decide(step: Exclude<Step, { kind: 'pass' }>): void {
    switch (step.kind) {
      case 'acquire':
        return this.#accept(acceptAcquiredGrant, step.terms, step.lifeMs);
      case 'refresh':
        return this.#accept(acceptRefreshedGrant, step.terms, step.lifeMs);
      case 'fail':
        return this.#fail(step.failure, step.random);
      case 'crash':
        return this.#crash(step.random);
      case 'remove':
        return this.#record(dropLicense(this.state, this.policy, this.now));
    }
  }

  #accept(accept: typeof acceptRefreshedGrant, terms: GrantedTerms, lifeMs: number): void {
    const grant = this.#buildGrant(terms, lifeMs);
    const change = accept(this.state, grant, this.policy, this.now);
    this.#warned = [];
    this.#isGrantDead = false;
    expect(change.state.license).toEqual(grant.license);
    expect(change.state.reauthorizationRequired).toBe(false);
    this.#record(change);
  }

  /** The process crashes between sending the refresh token and storing the answer. */
  #crash(random: number): void {
    const state = beginRefresh(this.state, this.now, random);
    expect(state.refresh.nextAttemptAt?.getTime()).toBeGreaterThanOrEqual(this.now.getTime() + secondMs);
    this.#record({ state, events: [] });
  }

  #fail(failure: RefreshFailure, random: number): void {
    const before = this.state;
    const change = failRefresh(before, failure, this.policy, this.now, random);
    if (failure.kind === 'revoked') {
      expect(change.state).toMatchObject({ license: null, refresh: { nextAttemptAt: null } });
    } else if (failure.kind !== 'grant-dead') {
      expect(change.events).toEqual([]);
      expect(change.state.license).toBe(before.license);
      expect(change.state.reauthorizationRequired).toBe(before.reauthorizationRequired);
      expect(change.state.refresh.nextAttemptAt?.getTime()).toBeGreaterThanOrEqual(
        this.now.getTime() + secondMs,
      );
    } else {
      const isTokenValid = before.license !== null && before.license.token.expiresAt >= this.now;
      expect(change.state.license).toBe(isTokenValid ? before.license : null);
      this.#isGrantDead = true;
    }
    this.#record(change);
  }

  #observe(): void {
    const change = applyTime(this.state, this.policy, this.now);
    this.#record(change);
    const again = applyTime(this.state, this.policy, this.now);
    expect(again.state).toBe(this.state);
    expect(again.events).toEqual([]);
    if (!this.#wasSetBack) this.#checkThresholds();
    expect(this.state.reportedStatus).toBe(
      licenseStatusAt(this.state.license, this.policy.renewalWindowMs, this.now),
    );
  }

  /** Checks that exactly the reached thresholds were emitted. */
  #checkThresholds(): void {
    if (this.state.license === null) return;
    const { token } = this.state.license;
    const remainingMs = token.expiresAt.getTime() - this.now.getTime();
    const passed = tokenWarningThresholds(token, this.policy.tokenWarningsSeconds).filter(
      (seconds) => remainingMs <= seconds * 1000,
    );
    expect(this.#warned).toEqual(remainingMs < 0 ? [...passed, 0] : passed);
  }

  #record({ state, events }: LicenseChange): void {
    const hadLicense = this.state.license !== null;
    if (!this.#isGrantDead) expect(state.reauthorizationRequired).toBe(false);
    for (const event of events) this.#checkEvent(event, state);
    expect(state.sequence).toBe(this.#lastSequence);
    expect(state.reportedStatus).toBe(this.#lastStatus);
    if (hadLicense && state.license === null) {
      const last = events.at(-1);
      expect(last?.type).toBe('license.status');
      expect(['removed', 'revoked']).toContain(state.reason);
      this.#warned = [];
      this.#isGrantDead = false;
    }
    this.state = freezeDeeply(state);
  }

  #checkEvent(event: LicenseEvent, state: LicenseState): void {
    expect(event.serverId).toBe(state.identity?.serverId);
    expect(event.serverId).toBeTruthy();
    expect(event.time).toBe(this.now);
    expect(event.sequence).toBeGreaterThan(this.#lastSequence);
    expect(event.sequence).toBeGreaterThanOrEqual(this.now.getTime());
    this.#lastSequence = event.sequence;
    if (event.type === 'token.expiring') {
      expect(event.data.thresholdSeconds).toBeLessThan(this.#warned.at(-1) ?? Number.POSITIVE_INFINITY);
      this.#warned.push(event.data.thresholdSeconds);
      return;
    }
    expect(event.data.previousStatus).toBe(this.#lastStatus);
    this.#lastStatus = event.data.status;
    if (event.data.reason !== null) this.reasons.add(event.data.reason);
  }

  #buildGrant({ renewalInMs, features }: GrantedTerms, lifeMs: number): LicenseGrant {
    const renewalDates = {
      same: this.state.license?.terms.renewalDate ?? null,
      never: null,
    };
    const renewalDate =
      typeof renewalInMs === 'number' ? shift(this.now, renewalInMs) : renewalDates[renewalInMs];
    return buildGrant({
      terms: { renewalDate, features },
      token: buildToken({ issuedAt: this.now, lifeMs }),
    });
  }
}

const forward = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: minuteMs }),
  fc.integer({ min: 1, max: 2 * dayMs }),
  fc.integer({ min: 1, max: 2 * dayMs }),
  fc.integer({ min: 1, max: 60 * dayMs }),
);

describe('any series of operations on a server', { timeout: 60_000 }, () => {
  it('preserves every invariant of the license core', () => {
    fc.assert(
      fc.property(anyPolicy(), anyBegin(), anySeries(forward), (policy, begin, steps) => {
        const history = new History(policy, begin);
        for (const step of steps) history.take(step);
      }),
      { numRuns: 500 },
    );
  });

  it('reaches every reason of one server except "clock-suspect", which is outside the license core', () => {
    const reasons = new Set<LicenseReason>();
    for (const series of sampleSeries()) {
      const history = new History(defaultPolicy, startAt);
      for (const step of series) history.take(step);
      history.reasons.forEach((reason) => reasons.add(reason));
    }
    const all = licenseReasons.filter((reason) => !['clock-suspect', 'server-changed'].includes(reason));
    expect([...reasons].toSorted()).toEqual(all.toSorted());
  });

  it('preserves them and emits no threshold twice, even if the clock is set back and forward', () => {
    const anyTime = fc.oneof(forward, fc.integer({ min: -90 * dayMs, max: -1 }));
    fc.assert(
      fc.property(anyPolicy(), anyBegin(), anySeries(anyTime), (policy, begin, steps) => {
        const history = new History(policy, begin);
        for (const step of steps) history.take(step);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same events in every time zone: no code uses local time', () => {
    const isLocal = /^(?:get|set)(?!Time$|UTC)|^to(?!ISOString|JSON|UTC)/;
    const local = Object.getOwnPropertyNames(Date.prototype).filter((name) => isLocal.test(name));
    expect(local).toContain('getTimezoneOffset');
    const asked: string[] = [];
    const spies = local.map((name) =>
      vi.spyOn(Date.prototype, name as 'getDate').mockImplementation(() => asked.push(name)),
    );
    try {
      for (const series of sampleSeries()) {
        const history = new History(defaultPolicy, new Date('2027-03-27T12:00:00Z'));
        for (const step of series) history.take(step);
      }
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    expect(asked).toEqual([]);
  });
});

/** Long series: few of the default short ones go beyond an acquisition and a refresh. */
function anySeries(time: fc.Arbitrary<number>): fc.Arbitrary<Step[]> {
  return fc.array(anyStep(time), { maxLength: 60, size: 'max' });
}

/** The same series in every run. */
function sampleSeries(): Step[][] {
  return fc.sample(anySeries(forward), { numRuns: 200, seed: 12 });
}

function anyStep(time: fc.Arbitrary<number>): fc.Arbitrary<Step> {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const grant = fc.record({
    kind: fc.constantFrom('acquire', 'refresh'),
    terms: anyTerms(),
    lifeMs: anyLifeMs(),
  });
  return fc.oneof(
    { weight: 3, arbitrary: grant },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('fail'), failure: anyFailure(), random }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash'), random }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove') }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('pass'), byMs: time }) },
  );
}

function anyTerms(): fc.Arbitrary<GrantedTerms> {
  return fc.record({
    renewalInMs: fc.oneof(
      { weight: 2, arbitrary: fc.constant('same' as const) },
      { weight: 1, arbitrary: fc.constant('never' as const) },
      { weight: 2, arbitrary: fc.integer({ min: -dayMs, max: 60 * dayMs }) },
    ),
    features: fc.constantFrom(['xms'], ['xms'], ['xms'], ['xms', 'loyalty'], []),
  });
}

function anyLifeMs(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.constantFrom(0, 1, secondMs, minuteMs, dayMs, 7 * dayMs),
    fc.integer({ min: 0, max: 30 * dayMs }),
  );
}

function anyFailure(): fc.Arbitrary<RefreshFailure> {
  const text = { code: fc.constant('a-code'), message: fc.constant('a message') };
  const noAnswer = { ...text, kind: fc.constant('unreachable' as const), isConclusive: fc.boolean() };
  const retryAfterMs = fc.integer({ min: 0, max: 3 * dayMs });
  return fc.oneof(
    { weight: 4, arbitrary: fc.record(noAnswer) },
    { weight: 2, arbitrary: fc.record({ ...noAnswer, retryAfterMs }) },
    { weight: 2, arbitrary: fc.record({ ...text, kind: fc.constant('refused') }) },
    { weight: 1, arbitrary: fc.record({ ...text, kind: fc.constantFrom('grant-dead', 'revoked') }) },
  );
}

function anyPolicy(): fc.Arbitrary<LicensePolicy> {
  return fc.record({
    renewalWindowMs: fc.constantFrom(0, dayMs, 30 * dayMs),
    tokenWarningsSeconds: fc.oneof(
      fc.constant(defaultPolicy.tokenWarningsSeconds),
      fc.array(fc.integer({ min: 0, max: 3 * 86_400 }), { maxLength: 4 }),
    ),
    refreshIntervalMs: fc.constantFrom(secondMs, hourMs, dayMs),
    serviceVersion: fc.constant(defaultPolicy.serviceVersion),
  });
}

function anyBegin(): fc.Arbitrary<Date> {
  return fc.constantFrom(...oddInstants.map(([, instant]) => shift(instant, -dayMs)));
}
