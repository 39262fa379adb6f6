import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shareEnvironment } from './share-environment.mjs';

const env = {
  PATH: '/bin',
  PORT: '3000',
  DATA_DIR: './data',
  npm_config_cache: '/cache',
  TOKEN_TTL: '60s',
  ADMIN_TOKEN: 'of the service',
  ENCRYPTION_KEY_FILE: '/run/key',
  LOGIN_PASSWORD: 'of the mock',
  NATS_PASSWORD: 'of the service',
};

describe('shareEnvironment', () => {
  it('gives each process the settings and its own secrets', () => {
    expect(shareEnvironment(env, 'licensing')).toEqual({
      PATH: '/bin',
      TOKEN_TTL: '60s',
      ADMIN_TOKEN: 'of the service',
      ENCRYPTION_KEY_FILE: '/run/key',
      NATS_PASSWORD: 'of the service',
    });
    expect(shareEnvironment(env, 'mock')).toEqual({
      PATH: '/bin',
      TOKEN_TTL: '60s',
      LOGIN_PASSWORD: 'of the mock',
    });
  });

  it('prefers the settings of the stack, even to a file with the same secret', () => {
    const shared = shareEnvironment({ NATS_PASSWORD_FILE: '/elsewhere' }, 'licensing', {
      NATS_PASSWORD: 'ours',
    });
    expect(shared).toEqual({ NATS_PASSWORD: 'ours' });
  });

  it('gives each secret setting of the service to no other process', () => {
    const source = readFileSync(new URL('../../src/config/environment.ts', import.meta.url), 'utf8');
    const names = /secretNames = \[([^\]]+)\]/.exec(source)?.[1]?.match(/(?<=')[A-Z_]+(?=')/g) ?? [];
    expect(names).toContain('ADMIN_TOKEN');
    const secrets = Object.fromEntries(
      names.flatMap((name) => [name, `${name}_FILE`]).map((name) => [name, 'x']),
    );
    expect(shareEnvironment(secrets, 'licensing')).toEqual(secrets);
    for (const other of ['mock', 'register']) expect(shareEnvironment(secrets, other)).toEqual({});
  });

  it('gives the register no secret', () => {
    expect(shareEnvironment(env, 'register')).toEqual({ PATH: '/bin', TOKEN_TTL: '60s' });
  });
});
