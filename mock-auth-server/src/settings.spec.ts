import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultSettings, readSettings } from './settings.js';

function faultsOf(env: Record<string, string>): string[] {
  const read = readSettings(env);
  return read.ok ? [] : read.faults;
}

describe('readSettings', () => {
  it('uses the defaults for unset and blank variables', () => {
    expect(readSettings({ PORT: '', HOST: ' ' })).toEqual({ ok: true, settings: defaultSettings });
  });

  it('reads every setting', () => {
    const env = {
      HOST: '0.0.0.0',
      PORT: '4100',
      ISSUER_URL: 'https://auth.example/',
      PUBLIC_URL: 'http://localhost:4100',
      DATA_DIR: '/data',
      TOKEN_TTL: '60s',
      USER_CODE_TTL: '2m',
      POLL_INTERVAL: '1s',
      REFRESH_ROTATION: 'off',
      REFRESH_GRACE: '1500ms',
      LOGIN_EMAIL: 'me@example.test',
      LOGIN_PASSWORD: 'correct horse',
      MOCK_CONTROLS: 'on',
      MOCK_CONTROL_HOSTS: 'Mock-Auth-Server, auth.example,::1',
      DPOP: 'off',
      TOKEN_ALGORITHM: 'PS256',
      STATUS_LIST: 'off',
      DISCOVERY: 'openid',
      PAGE_LANGUAGE: 'es',
    };
    expect(readSettings(env)).toEqual({
      ok: true,
      settings: {
        host: '0.0.0.0',
        port: 4100,
        issuerUrl: 'https://auth.example',
        publicUrl: 'http://localhost:4100',
        dataDir: '/data',
        tokenTtlSeconds: 60,
        userCodeTtlSeconds: 120,
        pollIntervalSeconds: 1,
        isRefreshRotated: false,
        refreshGrace: 1500,
        loginEmail: 'me@example.test',
        loginPassword: 'correct horse',
        hasMockControls: true,
        mockControlHosts: ['mock-auth-server', 'auth.example', '[::1]'],
        dpop: 'off',
        tokenAlgorithm: 'PS256',
        hasStatusList: false,
        discovery: 'openid',
        pageLanguage: 'es',
      },
    });
  });

  it.each([
    ['until-used', 'until-used'],
    ['0', 0],
    ['30s', 30_000],
  ])('reads REFRESH_GRACE %s', (text, refreshGrace) => {
    expect(readSettings({ REFRESH_GRACE: text })).toMatchObject({ ok: true, settings: { refreshGrace } });
  });

  it.each([
    ['HOST', 'a b'],
    ['PORT', '0'],
    ['PORT', '65536'],
    ['PORT', '4000x'],
    ['ISSUER_URL', 'auth.example'],
    ['ISSUER_URL', 'https://auth.example/path'],
    ['PUBLIC_URL', 'ftp://auth.example'],
    ['TOKEN_TTL', '60'],
    ['TOKEN_TTL', '0s'],
    ['TOKEN_TTL', '1500ms'],
    ['USER_CODE_TTL', '11m'],
    ['POLL_INTERVAL', '-5s'],
    ['REFRESH_ROTATION', 'yes'],
    ['REFRESH_GRACE', 'forever'],
    ['LOGIN_EMAIL', 'me'],
    ['LOGIN_PASSWORD', 'short'],
    ['LOGIN_PASSWORD_FILE', '/nowhere/at/all'],
    ['MOCK_CONTROLS', 'true'],
    ['DPOP', 'required'],
    ['TOKEN_ALGORITHM', 'HS256'],
    ['STATUS_LIST', 'yes'],
    ['DISCOVERY', 'none'],
    ['MOCK_CONTROL_HOSTS', 'mock-auth-server:4000'],
    ['MOCK_CONTROL_HOSTS', 'http://mock-auth-server'],
    ['MOCK_CONTROL_HOSTS', 'mock-auth-server,,auth.example'],
    ['MOCK_CONTROL_HOSTS', 'a b'],
  ])('rejects %s=%s and names the variable', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name} must `));
  });

  it('lists all faults together without the value of a secret', () => {
    const faults = faultsOf({ PORT: 'x', TOKEN_TTL: 'x', LOGIN_PASSWORD: 'hunter2' });
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).not.toContain('hunter2');
  });

  it('reads the password from a file, and rejects a file and a value together', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mock-settings-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'password');
    writeFileSync(path, 'from a file\n');
    expect(readSettings({ LOGIN_PASSWORD_FILE: path })).toMatchObject({
      settings: { loginPassword: 'from a file' },
    });
    expect(faultsOf({ LOGIN_PASSWORD_FILE: path, LOGIN_PASSWORD: 'correct horse' })).toEqual([
      'LOGIN_PASSWORD and LOGIN_PASSWORD_FILE are both set: set one of them',
    ]);
  });
});
