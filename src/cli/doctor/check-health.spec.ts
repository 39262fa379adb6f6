import { describe, expect, it } from 'vitest';
import { reportBroker } from './check-health.js';

describe('the broker of a running service', () => {
  it.each([
    ['ok', { status: 'up', connected: true }],
    // Registers can sell, and everything is delivered: only a person should change something.
    ['warn', { status: 'degraded', connected: true, message: 'store servers share the account' }],
    ['fail', { status: 'degraded', connected: false, message: 'not connected' }],
  ])('is reported as "%s" if health says %j', (verdict, nats) => {
    expect(reportBroker({ nats })).toEqual([expect.objectContaining({ check: 'broker', verdict })]);
  });
});
