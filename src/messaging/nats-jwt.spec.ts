import { createAccount } from '@nats-io/nkeys';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { altered, damaged, oddText } from '../../test/support/odd-values.js';
import { LoginQueue } from './login-queue.js';
import { type AuthRequest, NatsSigner, readAuthRequest } from './nats-jwt.js';

const makeSigner = () => new NatsSigner(new TextDecoder().decode(createAccount().getSeed()));
// A broker has another kind of key, which signs in the same way.
const broker = makeSigner();
const id = broker.publicKey;
const sign = (claims: unknown) => broker.sign(claims as Parameters<NatsSigner['sign']>[0]);

const nats = {
  type: 'authorization_request',
  user_nkey: 'UABC',
  server_id: { id },
  client_info: { id: 7, host: '10.0.0.1' },
  connect_opts: { auth_token: 'a.b.c' },
};
const good = sign({ iss: id, nats });
const sentAt = (iat: number) => sign({ iss: id, nats, iat, exp: iat + 5 });
const question = {
  userKey: 'UABC',
  serverId: id,
  clientId: 7,
  authToken: 'a.b.c',
  address: '10.0.0.1',
};

/** Returns `null` if the request is refused. */
function read(jwt: string): AuthRequest | null {
  try {
    return readAuthRequest(jwt, new LoginQueue());
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return null;
  }
}

describe('readAuthRequest', () => {
  it('returns the members of a valid request', () => {
    expect(read(good)).toEqual(question);
  });

  it('returns null for a request that the broker has given up', () => {
    const queue = new LoginQueue();
    const now = Math.floor(Date.now() / 1000);
    expect(readAuthRequest(sentAt(now), queue)).toEqual(question);
    expect(readAuthRequest(sentAt(now - 9), queue)).toBeNull();
  });

  it('rejects a damaged request or reads the original one', () => {
    const texts = fc.oneof(damaged(good), oddText(300));
    fc.assert(
      fc.property(texts, (text) => {
        // Characters outside base64url are ignored, so damaged text may decode to the same request.
        const asked = read(text);
        if (asked !== null) expect(asked, text).toEqual(question);
      }),
      { numRuns: 500 },
    );
  });

  it('rejects or fully reads a request with altered claims', () => {
    fc.assert(
      fc.property(altered({ iss: id, nats }), (claims) => {
        const asked = read(sign(claims));
        if (asked !== null) expect(Object.keys(asked)).toEqual(Object.keys(question));
      }),
      { numRuns: 500 },
    );
  });

  it('rejects a request that another key signed', () => {
    const stranger = makeSigner();
    expect(read(stranger.sign({ sub: 'x', aud: 'x', nats }))).toBeNull();
  });
});
