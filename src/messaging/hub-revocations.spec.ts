import type { NatsConnection } from '@nats-io/transport-node';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LicenseStore } from '../domain/ports/license-store.js';
import type { RevocationList } from '../peers/revocation-list.js';
import type { HubLink } from './hub-link.js';
import { statusReferenceOf } from '../peers/tokens/token-status-list.js';
import { HubRevocations } from './hub-revocations.js';

const uri = 'https://auth.example/status-list';
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = `${encode({})}.${encode({ status: { status_list: { idx: 7, uri } } })}.c2ln`;

describe('HubRevocations', () => {
  const offer = vi.fn();
  let answer: string;
  let link: { current: NatsConnection | null };
  let accessToken: string | null;
  let revocations: HubRevocations;

  const readAnswer = async () => ({ json: () => JSON.parse(answer) as unknown });

  beforeEach(() => {
    Logger.overrideLogger(false);
    offer.mockReset();
    accessToken = token;
    link = { current: { request: readAnswer } as unknown as NatsConnection };
    const store = {
      get secrets() {
        return accessToken === null ? null : { accessToken };
      },
    };
    revocations = new HubRevocations(
      link as HubLink,
      store as LicenseStore,
      { offer, referenceOf: statusReferenceOf, signed: { uri, jwt: 'known' } } as unknown as RevocationList,
    );
  });

  afterEach(() => Logger.overrideLogger(['log', 'warn', 'error']));

  it('offers the list of the hub', async () => {
    answer = JSON.stringify({ uri, jwt: 'newer' });
    await revocations.ask();
    expect(offer).toHaveBeenCalledExactlyOnceWith('newer', uri);
  });

  it.each([
    ['that is already known', { uri, jwt: 'known' }],
    ['at another address than its own token names', { uri: `${uri}/2`, jwt: 'newer' }],
    ['that is null', { uri: null, jwt: null }],
    ['that is not a string', { uri, jwt: 7 }],
    ['without an address', { jwt: 'newer' }],
  ])('does not offer a list %s', async (_which, value) => {
    answer = JSON.stringify(value);
    await revocations.ask();
    expect(offer).not.toHaveBeenCalled();
  });

  it('offers nothing without a license, because no token names the list', async () => {
    answer = JSON.stringify({ uri, jwt: 'newer' });
    accessToken = null;
    await revocations.ask();
    expect(offer).not.toHaveBeenCalled();
  });

  it('ignores a malformed answer and a missing connection', async () => {
    answer = 'no JSON';
    await revocations.ask();
    link.current = null;
    await revocations.ask();
    expect(offer).not.toHaveBeenCalled();
  });
});
