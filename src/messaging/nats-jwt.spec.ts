import { createAccount } from '@nats-io/nkeys';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { altered, damaged, oddText } from '../../test/support/odd-values.js';
import { type AuthRequest, NatsSigner, readAuthRequest } from './nats-jwt.js';

const makeSigner = () => new NatsSigner(new TextDecoder().decode(createAccount().getSeed()));
// The key of a broker is of another kind, and signs in the same way.
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
const question = {
  userKey: 'UABC',
  serverId: id,
  clientId: 7,
  authToken: 'a.b.c',
  address: '10.0.0.1',
};

/** Null: it was refused. */
function read(jwt: string): AuthRequest | null {
  try {
    return readAuthRequest(jwt);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return null;
  }
}

describe('a question of the broker', () => {
  it('is read', () => {
    expect(readAuthRequest(good)).toEqual(question);
  });

  it('says the same or nothing where its text was damaged', () => {
    const texts = fc.oneof(damaged(good), oddText(300));
    fc.assert(
      fc.property(texts, (text) => {
        // The same may be spelled in several ways: what is no base64url is left out.
        const asked = read(text);
        if (asked !== null) expect(asked, text).toEqual(question);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused, or read in full, whatever it says', () => {
    fc.assert(
      fc.property(altered({ iss: id, nats }), (claims) => {
        const asked = read(sign(claims));
        if (asked !== null) expect(Object.keys(asked)).toEqual(Object.keys(question));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused where another has signed it', () => {
    const stranger = makeSigner();
    expect(read(stranger.sign({ sub: 'x', aud: 'x', nats }))).toBeNull();
  });
});
