import supertest from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { startFakeAuthorizationServer } from './support/fake-authorization-server.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

describe('the link of step 1 before Next is chosen', () => {
  const stops: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop();
  });

  async function start(environment: Record<string, string>, mock?: TestMock): Promise<TestApp> {
    const app = await startApp({ environment, ...(mock && { mock }) });
    stops.push(() => app.stop());
    return app;
  }

  it('leads to the user page that the Authorization server names, not to its API URL', async () => {
    const mock = await startMock({ publicUrl: 'https://auth.example' });
    stops.push(() => mock.stop());
    const app = await start({}, mock);
    expect(await readLink(app)).toBe('https://auth.example/organizations');
  });

  it('leads to the issuer if the Authorization server is unreachable', async () => {
    const app = await start({ AUTH_SERVER_URL: 'http://127.0.0.1:9' });
    expect(await readLink(app)).toBe('http://127.0.0.1:9/');
  });

  it.each([[undefined], ['javascript:alert(1)'], ['not a URL']])(
    'leads to the issuer if the Authorization server names %s',
    async (page) => {
      const fake = await startFakeAuthorizationServer();
      stops.push(() => fake.stop());
      fake.misbehave({ metadata: { service_documentation: page } });
      const app = await start({ AUTH_SERVER_URL: fake.url });
      expect(await readLink(app)).toBe(`${fake.url}/`);
    },
  );
});

async function readLink(app: TestApp): Promise<string | undefined> {
  const person = supertest.agent(app.url);
  await person.post('/login').type('form').send({ token: app.adminToken }).expect(303);
  const { text } = await person.get('/').expect(200);
  return /<a [^>]*href="([^"]*)"[^>]*>\s*Open the Authorization server/.exec(text)?.[1];
}
