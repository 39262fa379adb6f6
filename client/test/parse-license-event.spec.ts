import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { licenseSubjects } from '../src/license-event.js';
import { parseLicenseEvent } from '../src/parse-license-event.js';
import { encode, makeStatusEvent, makeTokenWarning } from './support/make-event.js';

const status = makeStatusEvent(1);
const warning = makeTokenWarning(2, '2026-03-08T08:00:00.000Z');

describe('parseLicenseEvent', () => {
  it('returns each event on its own subject unchanged', () => {
    expect(parseLicenseEvent('license.status', encode(status))).toEqual({ kind: 'event', event: status });
    expect(parseLicenseEvent('token.expiring', encode(warning))).toEqual({ kind: 'event', event: warning });
  });

  it('accepts members that later versions add', () => {
    const later = { ...status, traceparent: '00-1', data: { ...status.data, color: 'green' } };
    expect(parseLicenseEvent('license.status', encode(later))).toEqual({ kind: 'event', event: later });
  });

  it('accepts a license without a renewal date and without a token', () => {
    const removed = makeStatusEvent(3, { status: 'unlicensed', reason: 'removed', renewalDate: null });
    const document = { ...removed, data: { ...removed.data, token: { status: 'none', expiresAt: null } } };
    expect(parseLicenseEvent('license.status', encode(document)).kind).toBe('event');
  });

  it('rejects an event on the subject of the other', () => {
    const refused = parseLicenseEvent('license.status', encode(warning));
    expect(refused).toMatchObject({ kind: 'refused', reason: 'wrong-type' });
    expect(parseLicenseEvent('token.expiring', encode(status))).toMatchObject({ reason: 'wrong-type' });
  });

  it.each([
    ['a body that is not a JSON object', encode([status]), 'body'],
    ['an empty body, as in an answer without an event', new Uint8Array(), 'body'],
    ['broken JSON', new TextEncoder().encode('{"specversion":"1.0",'), 'body'],
    ['bytes that are not text', Uint8Array.of(0xff, 0xfe, 0x00), 'body'],
    ['a license view without its envelope', encode(status.data), 'specversion'],
    ['another version of CloudEvents', encode({ ...status, specversion: '0.3' }), 'specversion'],
    ['an empty id', encode({ ...status, id: '' }), 'id'],
    ['a source that is not a server', encode({ ...status, source: 'srv-1' }), 'source'],
    ['a type that is not a string', encode({ ...status, type: 7 }), 'type'],
    ['a time without a zone', encode({ ...status, time: '2026-03-01T08:00:00' }), 'time'],
    ['a time that does not exist', encode({ ...status, time: '2026-13-01T08:00:00Z' }), 'time'],
    ['a short sequence', encode({ ...status, sequence: '42' }), 'sequence'],
    ['a sequence that is a number', encode({ ...status, sequence: 1_795_570_000_001 }), 'sequence'],
    ['no data', encode({ ...status, data: undefined }), 'data.status'],
    ['an unknown status', encode({ ...status, data: { ...status.data, status: 'golden' } }), 'data.status'],
    [
      'a status from the prototype',
      encode({ ...status, data: { __proto__: { status: 'licensed' } } }),
      'data.status',
    ],
    ['no token', encode({ ...status, data: { ...status.data, token: null } }), 'data.token'],
    [
      'a token without an end',
      encode({ ...status, data: { ...status.data, token: {} } }),
      'data.token.expiresAt',
    ],
    [
      'a renewal date that is not a time',
      encode({ ...status, data: { ...status.data, renewalDate: 'soon' } }),
      'data.renewalDate',
    ],
  ])('rejects %s and names the field', (_name, body, field) => {
    const refused = parseLicenseEvent('license.status', body);
    expect(refused).toMatchObject({ kind: 'refused', reason: 'malformed' });
    expect(refused).toHaveProperty('detail', expect.stringMatching(`^${field}: `));
  });

  it.each([
    ['without an end', { expiresAt: undefined }, 'data.expiresAt'],
    ['without seconds', { secondsRemaining: '60' }, 'data.secondsRemaining'],
    ['without a threshold', { thresholdSeconds: null }, 'data.thresholdSeconds'],
  ])('rejects a warning %s', (_name, changes, field) => {
    const refused = parseLicenseEvent(
      'token.expiring',
      encode({ ...warning, data: { ...warning.data, ...changes } }),
    );
    expect(refused).toHaveProperty('detail', expect.stringMatching(`^${field}: `));
  });

  it('never throws, whatever the message contains', () => {
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.jsonValue().map((value) => encode({ ...status, data: value })),
      fc
        .dictionary(fc.constantFrom(...Object.keys(status)), fc.jsonValue())
        .map((changes) => encode({ ...status, ...changes })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...licenseSubjects), bodies, (subject, body) => {
        expect(['event', 'refused']).toContain(parseLicenseEvent(subject, body).kind);
      }),
    );
  });
});
