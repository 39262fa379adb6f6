import { randomUUID } from 'node:crypto';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Generates a ULID: 48 bits of time and 80 random bits, as 26 characters that sort by time. */
export function newEventId(now: Date): string {
  // Its digits outside of version and variant are random, and it costs a tenth of random bytes.
  const uuid = randomUUID();
  let value = (BigInt(now.getTime()) << 80n) | BigInt(`0x${uuid.slice(0, 8)}${uuid.slice(24)}`);
  let text = '';
  for (let index = 0; index < 26; index++) {
    text = crockford.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
}
