import { deflateSync } from 'node:zlib';
import type { MockContext } from '../mock-context.js';
import { endpointPaths } from './endpoint-paths.js';

/** How long a client may cache a list. */
const ttlSeconds = 300;
const minBits = 8192;

/** Signs the Token Status List (draft-ietf-oauth-status-list): one bit for each grant, set if its tokens are revoked. */
export function signStatusList(context: MockContext, now: Date): string {
  const uri = context.urls.issuer + endpointPaths.statusList;
  const bits = packBits(context.grants.listRevoked(), context.grants.highestId());
  return context.keys.sign('statuslist+jwt', {
    sub: uri,
    iss: context.urls.issuer,
    iat: Math.floor(now.getTime() / 1000),
    ttl: ttlSeconds,
    status_list: { bits: 1, lst: deflateSync(bits, { level: 9 }).toString('base64url') },
  });
}

/** Packs one bit for each index, the lowest first in its byte. The length doubles, so that it reveals little. */
function packBits(indexes: readonly number[], highestIndex: number): Buffer {
  let length = minBits;
  while (length <= highestIndex) length *= 2;
  const bits = Buffer.alloc(length / 8);
  for (const index of indexes) {
    const byte = index >> 3;
    bits.writeUInt8(bits.readUInt8(byte) | (1 << (index & 7)), byte);
  }
  return bits;
}
