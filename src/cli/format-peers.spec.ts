import { describe, expect, it } from 'vitest';
import { formatEvent } from './format-event.js';
import { formatPeers } from './format-peers.js';
import type { PeerReport } from './read-all-peers.js';

const store: PeerReport = {
  deviceId: 'srv-store-12',
  name: 'Store 12',
  kind: 'server',
  features: ['xms'],
  connected: false,
  lastSeenAt: '2026-11-24T08:00:00.000Z',
  tokenStatus: 'valid',
  tokenExpiresAt: '2026-12-01T08:00:00.000Z',
  status: 'licensed',
  statusText: 'Licensed',
  reason: 'refreshed',
  renewalDate: null,
  sequence: '0001795570000042',
  statusAt: '2026-11-24T07:00:00.000Z',
  eventVersion: 1,
  serviceVersion: '0.1.0',
  standing: null,
  attention: [],
  refusal: null,
  refusedAt: null,
};
const counts = { total: 1, connected: null, attention: 0 };

describe('the table of peers', () => {
  it('shows the version that runs in a store', () => {
    const [head = '', row = ''] = formatPeers({ peers: [store], counts }).split('\n');
    expect(row.slice(head.indexOf('VERSION'), head.indexOf('TOKEN EXPIRY')).trim()).toBe('0.1.0');
    expect(row).toMatch(/^srv-store-12 +Store 12 +server +no +licensed /);
  });

  it('names a refusal that this version does not know by its code', () => {
    const refused = { ...store, refusal: 'of-tomorrow', refusedAt: '2026-11-24T08:00:00.000Z' };
    expect(formatPeers({ peers: [refused], counts })).toContain(
      'Refused:\n  srv-store-12 since 2026-11-24T08:00:00.000Z: of-tomorrow.\n',
    );
  });
});

describe('a line for a token.expiring event', () => {
  it.each([
    [7200, 'the license token expires at 2026-12-01T08:00:00.000Z, in 2 h'],
    [0, 'the license token has expired at 2026-12-01T08:00:00.000Z'],
  ])('with %i seconds left says when the token ends', (secondsRemaining, text) => {
    const data = { expiresAt: '2026-12-01T08:00:00.000Z', secondsRemaining };
    const event = { id: '1', type: 'token.expiring', time: '2026-12-01T06:00:00.000Z', sequence: '1', data };
    expect(formatEvent(event)).toBe(`2026-12-01T06:00:00.000Z  token.expiring  ${text}`);
  });
});
