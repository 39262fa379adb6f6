import supertest from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from './support/start-app.js';

/** The headers that a proxy sends when it terminates TLS. */
const forwarded = {
  host: 'licensing.internal',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'store.example',
};
const wrongAttempts = 30;

describe('the service behind a proxy', () => {
  let app: TestApp;

  afterEach(() => app.stop());

  async function start(trusted?: string): Promise<void> {
    app = await startApp(trusted === undefined ? {} : { environment: { TRUST_PROXY: trusted } });
  }

  const logIn = (headers: Record<string, string>, token = app.adminToken) =>
    supertest(app.url).post('/login').set(headers).type('form').send({ token });

  it('marks the cookie Secure if a trusted proxy reports https', async () => {
    await start('127.0.0.1');
    const { headers } = await logIn({ ...forwarded, origin: 'https://store.example' }).expect(303);
    expect(headers['set-cookie']?.[0]).toMatch(/^pos-licensing-443=.*; Secure/);
  });

  it.each([
    ['no proxy is trusted', undefined],
    ['only another proxy is trusted', '10.0.0.0/8'],
  ])('ignores the forwarded headers if %s', async (_case, trusted) => {
    await start(trusted);
    const { headers } = await logIn(forwarded).expect(303);
    expect(headers['set-cookie']?.[0]).not.toContain('Secure');
    await logIn({ ...forwarded, origin: 'https://store.example' }).expect(403);
  });

  it('delays a guesser by the address that a trusted proxy reports, for IPv6 by its /64 network, and nobody else', async () => {
    await start('127.0.0.0/8');
    expect(await guess((attempt) => `2001:db8:1:2:${attempt}::1`)).toContain(429);
    await logIn({ ...forwarded, 'x-forwarded-for': '2001:db8:1:3::1' }, 'wrong-wrong-wrong-wrong').expect(
      401,
    );
    expect(await guess(() => '203.0.113.7')).toContain(429);
    await logIn({ ...forwarded, 'x-forwarded-for': '203.0.113.8' }, 'wrong-wrong-wrong-wrong').expect(401);
    // The value that the client itself sent comes before the one that the proxy added.
    await logIn(
      { ...forwarded, 'x-forwarded-for': '198.51.100.1, 203.0.113.7' },
      'wrong-wrong-wrong-wrong',
    ).expect(429);
  });

  it('lets nobody evade the delay by sending another address when no proxy is trusted', async () => {
    await start();
    const statuses = await guess(() => '203.0.113.7');
    expect(statuses).toContain(429);
    await logIn({ ...forwarded, 'x-forwarded-for': '203.0.113.8' }, 'wrong-wrong-wrong-wrong').expect(429);
  });

  /** Guesses until an answer is delayed. */
  async function guess(addressOf: (attempt: number) => string): Promise<number[]> {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < wrongAttempts && !statuses.includes(429); attempt++) {
      const answer = await logIn(
        { ...forwarded, 'x-forwarded-for': addressOf(attempt) },
        'wrong-wrong-wrong-wrong',
      );
      statuses.push(answer.status);
    }
    return statuses;
  }
});
