import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { FakeClock } from '../../test/support/fake-clock.js';
import type { Settings } from '../config/settings.js';
import type { AuthorizationServer, Introspection } from '../domain/ports/authorization-server.js';
import type { LicenseStore } from '../domain/ports/license-store.js';
import type { KeyValueStore } from '../persistence/key-value-store.js';
import { TrustedIntrospection } from './trusted-introspection.js';

const minuteMs = 60_000;
const endpoint = 'https://auth.example/introspect';

describe('trusted introspection', () => {
  const clock = new FakeClock();
  const inactive = (more: object = {}): Introspection => ({
    kind: 'inactive',
    endpoint,
    answeredAt: null,
    ...more,
  });
  const active: Introspection = { kind: 'active', endpoint, answeredAt: null };
  const kept = new Map<string, string>();
  const introspect = vi.fn<AuthorizationServer['introspect']>();
  let token: string;
  let expiresAt: Date;
  let introspection: TrustedIntrospection;

  function start(mode = 'trusted'): TrustedIntrospection {
    const store = { secrets: { accessToken: token }, state: { license: { token: { expiresAt } } } };
    const values = {
      read: async (name: string) => kept.get(name) ?? null,
      write: async (name: string, value: string) => void kept.set(name, value),
    };
    return new TrustedIntrospection(
      { introspect } as unknown as AuthorizationServer,
      store as unknown as LicenseStore,
      values as unknown as KeyValueStore,
      clock,
      { authorizationServer: { profile: { introspection: mode } } } as unknown as Settings,
    );
  }

  beforeEach(() => {
    token = crypto.randomUUID();
    expiresAt = new Date(clock.now().getTime() + 60 * minuteMs);
    kept.clear();
    introspect.mockReset().mockResolvedValue(active);
    introspection = start();
  });

  it('revokes a token that the endpoint called active earlier, even if the service was restarted since', async () => {
    await introspection.executeWhenDue();
    introspect.mockResolvedValue(inactive());
    introspection = start();
    await introspection.executeWhenDue();
    expect(introspect).toHaveBeenCalledTimes(1);
    expect(await introspection.isRevoked(token)).toBe(true);
    expect([...kept.values()].join()).not.toContain(token);
  });

  it.each<[string, Introspection]>([
    ['calls it active', active],
    ['is another one', inactive({ endpoint: 'https://other.example' })],
    ['answers after the end of the token', inactive({ answeredAt: new Date(4e12) })],
    ['is gone', { kind: 'not-offered' }],
    ['fails', { kind: 'unreachable', status: 502, code: '', message: 'no', isConclusive: false }],
  ])('does not revoke a token if the endpoint %s', async (_what, answer) => {
    await introspection.executeWhenDue();
    introspect.mockResolvedValue(answer);
    expect(await introspection.isRevoked(token)).toBe(false);
  });

  it('does not revoke a token that has ended by itself', async () => {
    await introspection.executeWhenDue();
    introspect.mockResolvedValue(inactive());
    clock.advance(60 * minuteMs - 1);
    expect(await introspection.isRevoked(token)).toBe(true);
    clock.advance(1);
    expect(await introspection.isRevoked(token)).toBe(false);
  });

  it('does not revoke a token that the endpoint never called active, asks every 15 minutes and warns once', async () => {
    introspect.mockResolvedValue(inactive());
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    for (let minute = 0; minute < 31; minute += 1) {
      await introspection.executeWhenDue();
      clock.advance(minuteMs);
    }
    expect(introspect).toHaveBeenCalledTimes(3);
    expect(await introspection.isRevoked(token)).toBe(false);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it('sends nothing if the profile does not trust it', async () => {
    introspection = start('off');
    await introspection.executeWhenDue();
    expect(await introspection.isRevoked(token)).toBe(false);
    expect(introspect).not.toHaveBeenCalled();
  });
});
