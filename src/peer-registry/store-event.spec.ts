import { describe, expect, it } from 'vitest';
import { dayMs, shift, startAt } from '../../test/support/license-fixture.js';
import { writeExpiringEvent, writeStatusEvent } from '../../test/support/store-events.js';
import { readStoreEvent } from './store-event.js';

const serverId = 'srv-store-1';
const subject = `stores.${serverId}.license.status`;
const json = writeStatusEvent({ serverId, at: startAt, sequence: 42 });

const read = (text: string, on = subject) => readStoreEvent(on, new TextEncoder().encode(text));

/** Returns the event with another value at a path of names. */
function spoil(path: string, value: unknown): string {
  const event = JSON.parse(json) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  let cursor = event;
  for (const name of names) cursor = cursor[name] as Record<string, unknown>;
  cursor[last] = value;
  return JSON.stringify(event);
}

describe('readStoreEvent', () => {
  it('reads a license.status event', () => {
    expect(read(json)).toMatchObject({
      type: 'license.status',
      serverId,
      sequence: 42,
      version: 1,
      time: startAt,
      status: 'licensed',
      features: ['xms'],
      token: { status: 'valid', expiresAt: shift(startAt, 7 * dayMs) },
      offlineSince: null,
    });
  });

  it('reads a token.expiring event', () => {
    const expiresAt = shift(startAt, dayMs);
    const text = writeExpiringEvent({ serverId, at: startAt, expiresAt });
    expect(read(text, `stores.${serverId}.token.expiring`)).toMatchObject({
      expiresAt,
      offlineSince: startAt,
    });
  });

  it('replaces control characters and half surrogate pairs in texts', () => {
    expect(read(spoil('data.serverName', 'a\u001b[31m\nb\ud800'))).toMatchObject({
      serverName: 'a [31m b\uFFFD',
    });
  });

  it('reads an event of an older service, which reports no version', () => {
    expect(read(spoil('data.serviceVersion', undefined))).toMatchObject({ serviceVersion: null });
  });

  it('ignores unknown members', () => {
    expect(read(spoil('data.extra', 1))).not.toBeNull();
  });

  it.each([
    `stores.srv-store-2.license.status`,
    `stores.${serverId}.token.expiring`,
    'license.status',
    'stores.a.b.license.status',
  ])('rejects an event on subject %s', (on) => {
    expect(read(json, on)).toBeNull();
  });

  it.each<[string, unknown]>([
    ['source', '/servers/srv-store-2'],
    ['source', undefined],
    ['type', 'token.expiring'],
    ['specversion', '2.0'],
    ['sequence', '42'],
    ['sequence', 42],
    ['dataschema', 'urn:other'],
    ['time', 'yesterday'],
    ['time', null],
    ['time', '2026-11-24'],
    ['time', '2026-11-24T12:00:00'],
    ['time', '+275760-09-13T00:00:00Z'],
    ['time', '2026-02-30T12:00:00Z'],
    ['time', 'Tue, 24 Nov 2026 12:00:00 GMT'],
    ['data', null],
    ['data', []],
    ['data.serverId', 'srv-store-2'],
    ['data.status', 'happy'],
    ['data.reason', 'x'.repeat(257)],
    ['data.serverName', 'a\u0000b'],
    ['data.features', 'xms'],
    ['data.features', [1]],
    ['data.renewalDate', 'soon'],
    ['data.token', null],
    ['data.token.status', 'good'],
    ['data.token.expiresAt', null],
    ['data.token.expiresAt', '1969-12-31T23:59:59Z'],
    ['data.connection', null],
    ['data.connection.offlineSince', 5],
    ['data.clockSuspect', 'no'],
    ['data.reauthorizationRequired', undefined],
  ])('rejects an event with %s %o', (path, value) => {
    expect(read(spoil(path, value))).toBeNull();
  });

  it.each(['', 'null', '[]', '{', '"text"', 'x'.repeat(70_000)])('rejects malformed text %#', (text) => {
    expect(read(text)).toBeNull();
  });
});
