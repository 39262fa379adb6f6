import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

/** A device key, with which the device proves that a bound token is its own (RFC 9449). */
export interface DeviceKey {
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** Creates a proof. `changes` replaces claims, `header` header members. */
  prove(claims: Record<string, unknown>, header?: Record<string, unknown>): string;
  /** Returns the `auth_token` of a connection to the broker of a server. */
  connectToken(token: string, serverId: string, changes?: Record<string, unknown>): string;
}

export function makeDeviceKey(): DeviceKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = publicKey.export({ format: 'jwk' }) as Record<string, unknown>;
  const prove: DeviceKey['prove'] = (claims, header) => {
    const protectedHeader = { typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk, ...header };
    const payload = { jti: randomUUID(), iat: Math.floor(Date.now() / 1000), ...claims };
    const input = `${encode(protectedHeader)}.${encode(payload)}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };
  return {
    publicJwk,
    prove,
    connectToken: (token, serverId, changes) =>
      `${token}~${prove({ htm: 'CONNECT', htu: `nats://${serverId}`, ath: hashOf(token), ...changes })}`,
  };
}

/** Returns the `ath` of a proof (RFC 9449 section 4.2). */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
