import { describe, expect, it } from 'vitest';
import { readSettings } from './read-settings.mjs';

describe('readSettings', () => {
  it('has a default for each setting', () => {
    expect(readSettings({}, '/app')).toEqual({
      host: '127.0.0.1',
      licensing: { setting: 'PORT', port: 3000 },
      mock: { setting: 'MOCK_AUTH_PORT', port: 4000 },
      nats: { setting: 'NATS_PORT', port: 4222 },
      hub: null,
      authServerUrl: 'http://127.0.0.1:4000',
      natsUrl: 'nats://127.0.0.1:4222',
      dataDir: '/app/data',
    });
  });

  it('ignores an empty setting', () => {
    expect(readSettings({ PORT: '', NATS_URL: '', DATA_DIR: '' }, '/app')).toEqual(readSettings({}, '/app'));
  });

  it('has no mock and no broker if the environment names others', () => {
    const settings = readSettings(
      { AUTH_SERVER_URL: 'https://as.example', NATS_URL: 'nats://b.example' },
      '/app',
    );
    expect(settings).toMatchObject({ mock: null, nats: null });
    expect(settings).toMatchObject({ authServerUrl: 'https://as.example', natsUrl: 'nats://b.example' });
  });

  it('has the ports of the hub of a fleet', () => {
    expect(readSettings({ FLEET: 'on', HUB_NATS_PORT: '4333' }, '/app').hub).toEqual({
      licensing: { setting: 'HUB_PORT', port: 3100 },
      nats: { setting: 'HUB_NATS_PORT', port: 4333 },
    });
  });

  it.each([
    [{ PORT: '0' }, /^PORT is 0: it must be a port from 1 to 65535$/],
    [{ NATS_PORT: '65536' }, /^NATS_PORT is 65536/],
    [{ MOCK_AUTH_PORT: '1e3' }, /^MOCK_AUTH_PORT is 1e3/],
    [{ PORT: '4000' }, /^PORT and MOCK_AUTH_PORT are both 4000: they must differ$/],
    [{ FLEET: 'yes' }, /^FLEET is yes: it must be on or off$/],
    [{ FLEET: 'on', HUB_PORT: '3000' }, /^PORT and HUB_PORT are both 3000: they must differ$/],
    [{ FLEET: 'on', NATS_URL: 'nats://b.example' }, /remove NATS_URL, or FLEET$/],
    [{ PORT: 'a', NATS_PORT: 'b' }, /^PORT is a.*\nNATS_PORT is b.*$/],
  ])('refuses %j', (env, message) => {
    expect(() => readSettings(env, '/app')).toThrow(message);
  });
});
