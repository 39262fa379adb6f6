import { describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.js';
import { isCsrfTokenOf, Sessions } from './sessions.js';

describe('Sessions', () => {
  it('gives each session an id of 128 random bits and its own CSRF token', () => {
    const sessions = new Sessions(new FakeClock());
    const ids = Array.from({ length: 50 }, () => sessions.start(null));
    expect(new Set(ids).size).toBe(50);
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(16);
    expect(new Set(ids.map((id) => sessions.find(id)?.csrfToken)).size).toBe(50);
  });

  it('does not store the id of a session', () => {
    const sessions = new Sessions(new FakeClock());
    const id = sessions.start('Anna');
    expect(JSON.stringify([...(sessions as unknown as { open: Map<string, unknown> }).open])).not.toContain(
      id,
    );
  });

  it('ends the session with the longest idle time when there are too many', () => {
    const clock = new FakeClock();
    const sessions = new Sessions(clock);
    const first = sessions.start(null);
    const second = sessions.start(null);
    clock.advance(1);
    sessions.use(first);
    for (let count = 0; count < 199; count++) sessions.start(null);
    expect(sessions.find(first)).not.toBeNull();
    expect(sessions.find(second)).toBeNull();
  });

  it.each([-400, 400])('keeps a session while the clock is corrected by %d days', (days) => {
    const clock = new FakeClock();
    const sessions = new Sessions(clock);
    const id = sessions.start(null);
    clock.set(new Date(clock.now().getTime() + days * 86_400_000));
    expect(sessions.use(id)).not.toBeNull();
    clock.advance(30 * 60_000);
    expect(sessions.use(id)).toBeNull();
  });

  it('notifies listeners once about each ended session', () => {
    const clock = new FakeClock();
    const sessions = new Sessions(clock);
    const ended = vi.fn();
    const stop = sessions.onEnd(ended);
    const id = sessions.start('Anna');
    const other = sessions.start('Ben');
    sessions.end(id);
    sessions.end(id);
    clock.advance(30 * 60_000);
    sessions.endOverdue();
    expect(ended.mock.calls.map(([session]) => (session as { name: string }).name)).toEqual(['Anna', 'Ben']);
    stop();
    expect(sessions.find(other)).toBeNull();
  });

  it.each([undefined, null, 7, '', 'x', ['x']])('rejects %j as a CSRF token', (candidate) => {
    const sessions = new Sessions(new FakeClock());
    const session = sessions.find(sessions.start(null));
    expect(session !== null && isCsrfTokenOf(session, candidate)).toBe(false);
    expect(session !== null && isCsrfTokenOf(session, session.csrfToken)).toBe(true);
  });
});
