import fastify from 'fastify';
import { expect, it } from 'vitest';
import { HttpMetrics } from './http-metrics.js';
import { MetricsRegistry } from './metrics-registry.js';

it('counts requests by method, route pattern and status, in buckets that contain the smaller ones', async () => {
  const registry = new MetricsRegistry();
  const server = fastify();
  new HttpMetrics(registry).follow(server);
  server.get<{ Params: { id: string } }>('/items/:id', async ({ params }, reply) => {
    return reply.code(params.id === '0' ? 400 : 200).send('text');
  });
  server.get('/events', async (_request, reply) => reply.type('text/event-stream').send('data: 1\n\n'));
  for (const url of ['/items/1', '/items/2', '/items/0', '/events', '/made-up']) await server.inject(url);
  await server.inject({ url: '/items/1', method: 'HEAD' });
  const name = 'pos_licensing_http_request_duration_seconds';
  const lines = (await registry.metrics()).split('\n');
  expect(lines).toContain(`# TYPE ${name} histogram`);
  const labels = 'method="GET",route="/items/:id",status="200"';
  expect(lines.filter((line) => line.startsWith(`${name}_count`))).toEqual([
    `${name}_count{${labels}} 2`,
    `${name}_count{method="GET",route="/items/:id",status="400"} 1`,
    `${name}_count{method="GET",route="none",status="404"} 1`,
    `${name}_count{method="HEAD",route="/items/:id",status="200"} 1`,
  ]);
  expect(lines).toContain(`${name}_bucket{le="10",${labels}} 2`);
  expect(lines).toContain(`${name}_bucket{le="+Inf",${labels}} 2`);
  const sum = lines.find((line) => line.startsWith(`${name}_sum{${labels}}`));
  expect(Number(sum?.split(' ')[1])).toBeGreaterThan(0);
});
