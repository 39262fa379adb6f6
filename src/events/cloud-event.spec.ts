import { describe, expect, it } from 'vitest';
import { buildLicensedState, defaultPolicy, startAt } from '../../test/support/license-fixture.js';
import { emitStatus, emitTokenExpiring, unchanged } from '../domain/license-event.js';
import { toCloudEvent } from './cloud-event.js';

const state = buildLicensedState();
const expiresAt = new Date('2026-12-01T12:00:00Z');

describe('toCloudEvent', () => {
  it('formats license.status as CloudEvents 1.0 in structured mode', () => {
    const [event] = emitStatus(unchanged(state), 'refreshed', defaultPolicy, startAt).events;
    if (event === undefined) throw new Error('No event was emitted.');
    expect(JSON.parse(toCloudEvent(event, '01EVENT'))).toEqual({
      specversion: '1.0',
      id: '01EVENT',
      source: '/servers/srv-store-12',
      type: 'license.status',
      subject: 'srv-store-12',
      time: '2026-11-24T12:00:00.000Z',
      sequence: String(event.sequence).padStart(16, '0'),
      datacontenttype: 'application/json',
      dataschema: 'urn:pos-licensing:license.status:1',
      data: expect.objectContaining({ previousStatus: 'licensed', status: 'licensed', reason: 'refreshed' }),
    });
  });

  it('formats token.expiring with its own schema and instants as ISO 8601 in UTC', () => {
    const [event] = emitTokenExpiring(unchanged(state), expiresAt, 0, startAt).events;
    if (event === undefined) throw new Error('No event was emitted.');
    expect(JSON.parse(toCloudEvent(event, '01EVENT'))).toMatchObject({
      type: 'token.expiring',
      dataschema: 'urn:pos-licensing:token.expiring:1',
      data: { serverId: 'srv-store-12', expiresAt: '2026-12-01T12:00:00.000Z', thresholdSeconds: 0 },
    });
  });

  it('formats sequences as sixteen digits, so that they sort as text', () => {
    const [event] = emitTokenExpiring(unchanged(state), expiresAt, 0, startAt).events;
    if (event === undefined) throw new Error('No event was emitted.');
    const sequences = [9, 10, 1_795_521_600_000, Number.MAX_SAFE_INTEGER].map(
      (sequence) => (JSON.parse(toCloudEvent({ ...event, sequence }, 'id')) as { sequence: string }).sequence,
    );
    expect(sequences).toEqual(sequences.toSorted());
    expect(new Set(sequences.map(({ length }) => length))).toEqual(new Set([16]));
  });
});
