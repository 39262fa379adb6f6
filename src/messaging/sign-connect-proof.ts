import { createPrivateKey, hash, type JsonWebKey, randomUUID, sign } from 'node:crypto';

export interface ConnectPurpose {
  readonly serverId: string;
  readonly token: string;
  readonly now: Date;
}

/** Signs a new DPoP proof (RFC 9449 section 4.2, ES256) for a connection to the broker of `serverId`. */
export function signConnectProof(key: JsonWebKey, { serverId, token, now }: ConnectPurpose): string {
  const { kty, crv, x, y } = key;
  const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } });
  const payload = encode({
    jti: randomUUID(),
    htm: 'CONNECT',
    htu: `nats://${serverId}`,
    iat: Math.floor(now.getTime() / 1000),
    ath: hash('sha256', token, 'base64url'),
  });
  const privateKey = createPrivateKey({ key, format: 'jwk' });
  const input = Buffer.from(`${header}.${payload}`);
  const signature = sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${header}.${payload}.${signature.toString('base64url')}`;
}

function encode(document: object): string {
  return Buffer.from(JSON.stringify(document)).toString('base64url');
}
