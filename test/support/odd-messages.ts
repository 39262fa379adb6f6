import { headers, type MsgHdrs } from '@nats-io/transport-node';
import fc from 'fast-check';
import { altered, damaged, oddJson, oddText } from './odd-values.js';

export interface OddMessage<Party extends string> {
  readonly party: Party;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs | undefined;
}

/** A subject with the party that may publish on it, and a valid message. */
export interface MessageTarget<Party extends string> {
  readonly party: Party;
  readonly subject: string;
  readonly good: object;
}

/**
 * Returns a message on one of `targets`: a valid one that is altered or damaged, odd JSON, or bytes, sometimes with odd
 * headers.
 */
export function oddMessage<Party extends string>(
  targets: readonly MessageTarget<Party>[],
): fc.Arbitrary<OddMessage<Party>> {
  return fc.constantFrom(...targets).chain(({ party, subject, good }) =>
    fc.record({
      party: fc.constant(party),
      subject: fc.constant(subject),
      data: oddData(good),
      headers: fc.option(oddHeaders(), { nil: undefined, freq: 2 }),
    }),
  );
}

function oddData(good: object): fc.Arbitrary<Uint8Array> {
  const encoder = new TextEncoder();
  const texts = fc.oneof(
    { weight: 4, arbitrary: altered(good).map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: damaged(JSON.stringify(good)) },
    { weight: 2, arbitrary: oddJson() },
  );
  return fc.oneof(
    { weight: 8, arbitrary: texts.map((text) => encoder.encode(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(0, 1, 33_000, 60_000).map((length) => new Uint8Array(length).fill(0x5b)),
    },
  );
}

function oddHeaders(): fc.Arbitrary<MsgHdrs> {
  const names = fc.constantFrom(
    'Nats-Msg-Id',
    'Nats-Expected-Stream',
    'Content-Type',
    'X',
    '__proto__',
    'Status',
  );
  const values = oddText(30).map((text) => text.replaceAll(/[\r\n]/g, ' ').slice(0, 500));
  return fc.array(fc.tuple(names, values), { maxLength: 4 }).map((pairs) => {
    const all = headers();
    for (const [name, value] of pairs) all.append(name, value);
    return all;
  });
}
