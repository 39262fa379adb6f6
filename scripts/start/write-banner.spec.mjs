import { describe, expect, it } from 'vitest';
import { readSettings } from './read-settings.mjs';
import { writeBanner } from './write-banner.mjs';

/** @param {Record<string, string>} env */
function bannerOf(env) {
  return writeBanner(readSettings(env, '/app'), env, { hasRegister: true });
}

describe('writeBanner', () => {
  it('names the files of the generated secrets, in a command that a shell accepts', () => {
    const banner = bannerOf({ DATA_DIR: "/data of Bob's" });
    expect(banner).toMatch(/Manage License page +http:\/\/127\.0\.0\.1:3000\n/);
    expect(banner).toContain(
      "log in with the admin token; it is in /data of Bob's/licensing/initial-admin-token",
    );
    expect(banner).toMatch(/Authorization server \(mock\) +http:\/\/127\.0\.0\.1:4000\/login\n/);
    expect(banner).toContain(
      String.raw`-H "Authorization: Bearer $(cat '/data of Bob'\''s/licensing/initial-admin-token')"`,
    );
    expect(banner).toContain("the password is in /data of Bob's/mock/login-password");
  });

  it('shows no secret of the environment', () => {
    const banner = bannerOf({
      ADMIN_TOKEN: 'canary-token',
      LOGIN_PASSWORD: 'canary-password',
      NATS_URL: 'nats://user:canary-nats@a.example:4222,nats://canary-two@b.example:4222',
    });
    expect(banner).not.toContain('canary');
    expect(banner).toContain('Bearer $ADMIN_TOKEN"');
    expect(banner).toContain('nats://a.example:4222,nats://b.example:4222');
  });

  it('names the hub of a fleet and the file of its admin token', () => {
    const banner = bannerOf({ FLEET: 'on', DATA_DIR: '/data' });
    expect(banner).toMatch(/Hub server \(licensed\) +http:\/\/127\.0\.0\.1:3100\n/);
    expect(banner).toContain('its admin token is in /data/hub/licensing/initial-admin-token');
    expect(banner).toMatch(/NATS of the hub +nats:\/\/127\.0\.0\.1:4322\n/);
  });

  it('names another Authorization server without the login of the mock', () => {
    const banner = bannerOf({ AUTH_SERVER_URL: 'https://as.example' });
    expect(banner).toContain('https://as.example');
    expect(banner).not.toContain('log in as');
  });
});
