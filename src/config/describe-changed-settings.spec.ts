import { describe, expect, it } from 'vitest';
import { loadSettings } from './load-settings.js';

const changed = (variables: Record<string, string>) => loadSettings(variables).changed;

describe('the list of changed settings', () => {
  it('is empty if every setting has its default', () => {
    expect(changed({ PORT: '3000', LOG_LEVEL: 'info' })).toEqual([]);
  });

  it('shows the value of a setting that differs from its default', () => {
    expect(changed({ PORT: '3001', TRUST_PROXY: '127.0.0.1' })).toEqual([
      'PORT=3001',
      'TRUST_PROXY=127.0.0.1',
    ]);
  });

  it('shows a secret by its name only', () => {
    const secrets = { ADMIN_TOKEN: 'a-secret-of-16-letters', DATABASE_URL: 'postgres://pos:word@[::1]/pos' };
    expect(changed(secrets).toSorted()).toEqual(['ADMIN_TOKEN (secret)', 'DATABASE_URL (secret)']);
  });

  it('hides the login in an address', () => {
    const addresses = {
      HTTPS_PROXY: 'http://anna:pass/word@proxy:3128',
      NATS_URL: 'nats://u:p@127.0.0.1:4222',
    };
    expect(changed(addresses).join(' ')).not.toMatch(/anna|pass|word|u:p/);
  });
});
