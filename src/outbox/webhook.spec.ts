import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Settings } from '../config/settings.js';
import type { Leadership } from '../coordination/leadership.js';
import type { LicenseStore } from '../domain/ports/license-store.js';
import { Webhook } from './webhook.js';
import type { WebhookCursor } from './webhook-cursor.js';

const stepMs = 5000;
const dayMs = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('calls a failing webhook at most every few minutes, however many changes there are', async () => {
  const call = vi
    .spyOn(globalThis, 'fetch')
    .mockImplementation(async () => new Response(null, { status: 500 }));
  const webhook = new Webhook(
    { webhook: { url: 'http://127.0.0.1:9/', secret: null }, proxy: { https: null, http: null } } as Settings,
    { next: async () => ({ body: '{}' }) } as unknown as WebhookCursor,
    {} as LicenseStore,
    { isLeader: async () => true } as unknown as Leadership,
  );
  for (let atMs = 0; atMs < dayMs; atMs += stepMs) {
    await webhook.deliver();
    vi.advanceTimersByTime(stepMs);
  }
  expect(call.mock.calls.length).toBeGreaterThan(100);
  expect(call.mock.calls.length).toBeLessThan(220);
});
