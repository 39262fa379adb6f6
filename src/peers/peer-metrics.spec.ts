import { expect, it } from 'vitest';
import { MetricsRegistry } from '../metrics/metrics-registry.js';
import { PeerMetrics } from './peer-metrics.js';

it('counts each verification once, however often it is scraped', async () => {
  const registry = new MetricsRegistry();
  const metrics = new PeerMetrics(registry);
  const name = 'pos_licensing_peer_verifications_total';
  metrics.countVerification('accepted');
  await registry.metrics();
  metrics.countVerification('accepted');
  metrics.countVerification('token-expired');
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(name));
  expect(lines).toEqual([`${name}{result="accepted"} 2`, `${name}{result="token-expired"} 1`]);
});
