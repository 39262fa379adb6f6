import { describe, expect, it } from 'vitest';
import { createConnectionOptions } from '../src/create-connection-options.js';
import { InvalidOptionsError } from '../src/index.js';

const url = 'nats://127.0.0.1:4222';

function credentialsOf(options: ReturnType<typeof createConnectionOptions>): unknown {
  const { authenticator } = options;
  return typeof authenticator === 'function' ? authenticator() : undefined;
}

describe('createConnectionOptions', () => {
  it('presents a user and uses the inbox of that user', () => {
    const options = createConnectionOptions({ natsUrl: url, user: 'register', password: 'open' });
    expect(credentialsOf(options)).toEqual({ user: 'register', pass: 'open' });
    expect(options).toMatchObject({ servers: [url], inboxPrefix: '_INBOX.register' });
  });

  it('presents a token and uses the inbox of the device', () => {
    const options = createConnectionOptions({ natsUrl: [url], deviceId: 'reg-1-1', token: 'aaa' });
    expect(credentialsOf(options)).toEqual({ auth_token: 'aaa' });
    expect(options).toMatchObject({ servers: [url], inboxPrefix: '_INBOX.reg-1-1' });
  });

  it('calls the token function at each connection', () => {
    const tokens = ['first', 'second'];
    const options = createConnectionOptions({
      natsUrl: url,
      deviceId: 'reg-1-1',
      token: () => tokens.shift() ?? '',
    });
    expect([credentialsOf(options), credentialsOf(options)]).toEqual([
      { auth_token: 'first' },
      { auth_token: 'second' },
    ]);
  });

  it('retries without end, even after two refusals in a row', () => {
    const options = createConnectionOptions({ natsUrl: url, user: 'register', password: 'open' });
    expect(options).toMatchObject({
      maxReconnectAttempts: -1,
      ignoreAuthErrorAbort: true,
      pingInterval: 10_000,
    });
  });

  it.each(['', '>', 'reg.1', 'reg 1', 'reg-*', 'x'.repeat(65)])(
    'rejects the id "%s", which is not a valid inbox name',
    (id) => {
      expect(() => createConnectionOptions({ natsUrl: url, deviceId: id, token: 'aaa' })).toThrow(
        InvalidOptionsError,
      );
      expect(() => createConnectionOptions({ natsUrl: url, user: id, password: 'open' })).toThrow(
        /^user: expected/,
      );
    },
  );

  it.each([[''], [[]], [[url, '']]])('rejects the address %j', (address) => {
    const create = () => createConnectionOptions({ natsUrl: address, user: 'register', password: 'open' });
    expect(create).toThrow(/^natsUrl: expected/);
  });
});
