import { describe, expect, it } from 'vitest';
import { Environment } from './environment.js';
import { insecureAddresses } from './insecure-addresses.js';

const faultsOf = (variables: Partial<Environment>): readonly string[] =>
  insecureAddresses(Object.assign(new Environment(), variables), new Set());

const permissionOf = {
  AUTH_SERVER_URL: 'ALLOW_INSECURE_AUTH_SERVER',
  NATS_URL: 'ALLOW_INSECURE_NATS',
  HUB_NATS_URL: 'ALLOW_INSECURE_NATS',
  DATABASE_URL: 'ALLOW_INSECURE_DATABASE',
} as const;

const database = 'postgres://pos:password@';

describe('a connection to another machine', () => {
  it.each([
    ['AUTH_SERVER_URL', 'http://as.example'],
    ['AUTH_SERVER_URL', 'http://192.168.1.5:4000'],
    ['AUTH_SERVER_URL', 'http://127.0.0.1.evil.example'],
    ['AUTH_SERVER_URL', 'http://localhost.evil.example'],
    ['NATS_URL', 'nats://10.0.0.7'],
    ['NATS_URL', 'nats://127.0.0.1,nats://broker:4222'],
    ['NATS_URL', 'tls://broker,nats://broker:4222'],
    ['NATS_URL', 'nats://user:localhost@broker'],
    ['NATS_URL', 'nats://127.0.0.1.example'],
    ['NATS_URL', 'nats://0.0.0.0:99999'],
    ['HUB_NATS_URL', 'nats://hub.example:4222'],
    ['DATABASE_URL', `${database}db.example/pos`],
    ['DATABASE_URL', `${database}db.example/pos?sslmode=disable`],
    ['DATABASE_URL', `${database}db.example/pos?sslmode=prefer`],
    ['DATABASE_URL', `${database}db.example/pos?sslmode=no-verify`],
    ['DATABASE_URL', `${database}db.example/pos?sslmode=require&uselibpqcompat=true`],
    ['DATABASE_URL', `${database}db.example/pos?sslmode=verify-full&sslmode=disable`],
    ['DATABASE_URL', `${database}127.0.0.1/pos?host=db.example`],
    ['DATABASE_URL', `${database}127.0.0.1.example/pos`],
    ['DATABASE_URL', `${database}/pos?host=db.example`],
    ['DATABASE_URL', `postgresql://localhost:password@db.example/pos`],
  ] as const)('is refused without TLS, and permitted by a setting with that name: %s=%s', (name, url) => {
    const permission = permissionOf[name];
    expect(faultsOf({ [name]: url })).toEqual([
      expect.stringMatching(new RegExp(`^${name} must .* not on this machine .*${permission}=on permits it`)),
    ]);
    for (const other of new Set(Object.values(permissionOf))) {
      expect(faultsOf({ [name]: url, [other]: 'on' })).toHaveLength(other === permission ? 0 : 1);
    }
  });

  it.each([
    ['AUTH_SERVER_URL', 'https://as.example'],
    ['NATS_URL', 'tls://broker:4222'],
    ['HUB_NATS_URL', 'tls://hub.example'],
    ['DATABASE_URL', `${database}db.example/pos?sslmode=verify-full`],
  ])('needs no permission with TLS: %s=%s', (name, url) => {
    expect(faultsOf({ [name]: url })).toEqual([]);
  });
});

describe('a connection on this machine', () => {
  it.each([
    ['AUTH_SERVER_URL', 'http://127.0.0.1:4000'],
    ['AUTH_SERVER_URL', 'http://127.8.9.10'],
    ['AUTH_SERVER_URL', 'http://localhost:4000'],
    ['AUTH_SERVER_URL', 'http://[::1]:4000'],
    ['NATS_URL', 'nats://127.0.0.1:4222,nats://localhost,nats://[::1]:4222'],
    ['DATABASE_URL', `${database}127.0.0.1:5432/pos`],
    ['DATABASE_URL', `${database}localhost/pos`],
    ['DATABASE_URL', `${database}[::1]/pos`],
    ['DATABASE_URL', 'postgresql://%2Fvar%2Frun%2Fpostgresql/pos'],
    ['DATABASE_URL', 'postgresql://localhost/pos?host=/var/run/postgresql'],
    ['DATABASE_URL', 'sqlite:/data/licensing.sqlite'],
  ])('needs no TLS: %s=%s', (name, url) => {
    expect(faultsOf({ [name]: url })).toEqual([]);
  });
});
