import { describe, expect, it } from 'vitest';
import { addressOptions } from './broker-address.js';

describe('addressOptions', () => {
  it.each([
    ['nats://broker:4222', { servers: ['nats://broker:4222'] }],
    ['nats://a:4222,nats://b:4222', { servers: ['nats://a:4222', 'nats://b:4222'] }],
    ['tls://broker.shop:4222', { servers: ['tls://broker.shop:4222'], tls: {} }],
    ['tls://10.0.0.2:4222', { servers: ['tls://10.0.0.2:4222'], tls: { host: '10.0.0.2' } }],
    ['tls://[fd00::2]:4222', { servers: ['tls://[fd00::2]:4222'], tls: { host: 'fd00::2' } }],
    ['tls://10.0.0.2:4222,tls://10.0.0.3:4222', expect.objectContaining({ tls: {} })],
  ])('returns the options for %s', (url, options) => {
    expect(addressOptions(url)).toEqual(options);
  });
});
