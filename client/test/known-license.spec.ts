import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LicenseEvent } from '../src/index.js';
import { KnownLicense } from '../src/known-license.js';
import { makeStatusEvent, makeTokenWarning, SERVER_ID, tokenUntil } from './support/make-event.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const ENDS = ['2026-03-08T00:00:00.000Z', '2026-03-15T00:00:00.000Z', '2026-03-22T00:00:00.000Z'] as const;
const unlicensed = { status: 'unlicensed', reason: 'removed', ...tokenUntil(null) } as const;

function considerAll(known: KnownLicense, events: readonly LicenseEvent[]): string[] {
  return events.map((event) => known.consider(event, NOW));
}

/** The events of one server, in their order. */
const history = fc
  .array(fc.record({ isWarning: fc.boolean(), end: fc.constantFrom(...ENDS) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((changes) =>
    changes.map(({ isWarning, end }, number) =>
      isWarning ? makeTokenWarning(number, end) : makeStatusEvent(number, tokenUntil(end)),
    ),
  );

/** The same events as they may arrive: in any order, any number of times, mixed with foreign events. */
const arrivals = history.chain((events) => {
  const foreign = events.map((event) => ({
    ...event,
    id: `${event.id}-forged`,
    source: '/servers/srv-rogue',
  }));
  const repeats = fc.array(fc.constantFrom(...events, ...foreign), { maxLength: 24 });
  return fc.tuple(
    fc.constant(events),
    repeats.chain((more) =>
      fc.shuffledSubarray([...events, ...more], { minLength: events.length + more.length }),
    ),
  );
});

function last<Type extends LicenseEvent['type']>(events: readonly LicenseEvent[], type: Type) {
  return (
    events.findLast((event): event is Extract<LicenseEvent, { type: Type }> => event.type === type) ?? null
  );
}

describe('KnownLicense', () => {
  it('keeps the event with the highest sequence, in any order and with any repeats', () => {
    fc.assert(
      fc.property(arrivals, ([events, arriving]) => {
        const known = new KnownLicense(SERVER_ID);
        considerAll(known, arriving);
        const status = last(events, 'license.status');
        const warning = last(events, 'token.expiring');
        const isReplaced =
          status !== null &&
          warning !== null &&
          status.sequence > warning.sequence &&
          status.data.token.expiresAt !== warning.data.expiresAt;
        expect(known.status).toEqual(status);
        expect(known.tokenWarning).toEqual(isReplaced ? null : warning);
      }),
    );
  });

  it('accepts each event at most once, and only in ascending sequence on its subject', () => {
    fc.assert(
      fc.property(arrivals, ([, arriving]) => {
        const known = new KnownLicense(SERVER_ID);
        const reported = arriving.filter((event) => known.consider(event, NOW) === 'news');
        for (const type of ['license.status', 'token.expiring'] as const) {
          const sequences = reported.filter((event) => event.type === type).map((event) => event.sequence);
          expect(sequences).toEqual([...new Set(sequences)].toSorted());
        }
        expect(reported.every((event) => event.source === `/servers/${SERVER_ID}`)).toBe(true);
      }),
    );
  });

  it('distinguishes duplicates from stale events', () => {
    const [first, second] = [makeStatusEvent(1), makeStatusEvent(2)];
    const outcomes = considerAll(new KnownLicense(), [second, second, first]);
    expect(outcomes).toEqual(['news', 'duplicate', 'stale']);
  });

  it('rejects a known id with a higher sequence', () => {
    const event = makeStatusEvent(1);
    expect(considerAll(new KnownLicense(), [event, makeStatusEvent(2, {}, { id: event.id })])).toEqual([
      'news',
      'duplicate',
    ]);
  });

  it('rejects another event with a known sequence', () => {
    expect(
      considerAll(new KnownLicense(), [makeStatusEvent(1), makeStatusEvent(1, {}, { id: 'clone' })]),
    ).toEqual(['news', 'stale']);
  });

  it('drops old events by sequence after it has evicted their ids', () => {
    const known = new KnownLicense();
    const events = Array.from({ length: 300 }, (_, number) => makeStatusEvent(number));
    expect(new Set(considerAll(known, events))).toEqual(new Set(['news']));
    expect(known.consider(makeStatusEvent(0), NOW)).toBe('stale');
    expect(known.consider(makeStatusEvent(299), NOW)).toBe('duplicate');
  });

  describe('a warning', () => {
    it('is superseded once the status contains another token', () => {
      const known = new KnownLicense();
      const refreshed = makeStatusEvent(2, tokenUntil(ENDS[1]));
      expect(considerAll(known, [refreshed, makeTokenWarning(1, ENDS[0])])).toEqual(['news', 'superseded']);
      expect(known.tokenWarning).toBeNull();
    });

    it('is dropped when the license is removed', () => {
      const known = new KnownLicense();
      considerAll(known, [makeStatusEvent(1, tokenUntil(ENDS[0])), makeTokenWarning(2, ENDS[0])]);
      expect(known.tokenWarning).not.toBeNull();
      known.consider(makeStatusEvent(3, unlicensed), NOW);
      expect(known.tokenWarning).toBeNull();
    });

    it('is kept while a later status contains the same token', () => {
      const known = new KnownLicense();
      const warning = makeTokenWarning(1, '2026-03-08T00:00:00Z');
      considerAll(known, [warning, makeStatusEvent(2, { reason: 'renewal-window', ...tokenUntil(ENDS[0]) })]);
      expect(known.tokenWarning).toEqual(warning);
    });
  });

  describe('the server that is followed', () => {
    const other = { serverId: 'srv-store-2' };

    it('is only the one in the options', () => {
      const known = new KnownLicense('srv-store-2');
      expect(considerAll(known, [makeStatusEvent(1), makeStatusEvent(2, {}, other)])).toEqual([
        'foreign-source',
        'news',
      ]);
    });

    it('is the first one that publishes, while its license is valid', () => {
      const known = new KnownLicense();
      const outcomes = considerAll(known, [
        makeStatusEvent(1),
        makeStatusEvent(2, {}, other),
        makeTokenWarning(3, ENDS[0], other),
      ]);
      expect(outcomes).toEqual(['news', 'foreign-source', 'foreign-source']);
      expect(known.status?.source).toBe(`/servers/${SERVER_ID}`);
    });

    it('changes to another one that is licensed after the first was removed', () => {
      const known = new KnownLicense();
      considerAll(known, [makeStatusEvent(1), makeTokenWarning(2, ENDS[0]), makeStatusEvent(3, unlicensed)]);
      expect(known.consider(makeStatusEvent(4, {}, other), NOW)).toBe('news');
      expect(known.status?.source).toBe('/servers/srv-store-2');
      expect(known.consider(makeStatusEvent(5), NOW)).toBe('foreign-source');
    });

    it('does not change because of a warning of another one', () => {
      const known = new KnownLicense();
      considerAll(known, [makeStatusEvent(1, unlicensed)]);
      expect(known.consider(makeTokenWarning(2, ENDS[0], other), NOW)).toBe('foreign-source');
    });

    it('changes to another one once its token has ended', () => {
      const known = new KnownLicense();
      known.consider(makeStatusEvent(1, tokenUntil(ENDS[0])), NOW);
      expect(known.consider(makeStatusEvent(2, {}, other), new Date(ENDS[0]))).toBe('foreign-source');
      expect(known.consider(makeStatusEvent(2, {}, other), new Date(ENDS[1]))).toBe('news');
    });

    it('leaves no warning behind when it changes', () => {
      const known = new KnownLicense();
      considerAll(known, [makeTokenWarning(5, ENDS[0], other), makeStatusEvent(1, tokenUntil(ENDS[0]))]);
      expect(known.tokenWarning).toBeNull();
      expect(known.consider(makeTokenWarning(2, ENDS[0]), NOW)).toBe('news');
    });
  });

  it('accepts a lower sequence only in the answer of the server itself, and continues from there', () => {
    const known = new KnownLicense(SERVER_ID);
    considerAll(known, [makeStatusEvent(9), makeTokenWarning(10, ENDS[0])]);
    expect(known.consider(makeStatusEvent(5), NOW)).toBe('stale');
    expect(known.consider(makeStatusEvent(4, {}, { serverId: 'srv-rogue' }), NOW, true)).toBe(
      'foreign-source',
    );
    expect(known.consider(makeStatusEvent(5), NOW, true)).toBe('news');
    expect([known.status?.sequence, known.tokenWarning]).toEqual([makeStatusEvent(5).sequence, null]);
    expect(known.consider(makeStatusEvent(6), NOW)).toBe('news');
  });

  it('accepts the answer of a server that was restored once more, even if it had the same sequence before', () => {
    const known = new KnownLicense(SERVER_ID);
    considerAll(known, [makeStatusEvent(9)]);
    expect(known.consider(makeStatusEvent(5), NOW, true)).toBe('news');
    expect(known.consider(makeStatusEvent(5), NOW, true)).toBe('stale');
    expect(known.consider(makeStatusEvent(7), NOW)).toBe('news');
    expect(known.consider(makeStatusEvent(5), NOW, true)).toBe('news');
    expect(known.status?.sequence).toBe(makeStatusEvent(5).sequence);
  });
});
