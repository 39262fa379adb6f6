const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const keyBytes = 32;

/** Returns the 32 bytes of a public nkey, which follow one byte of prefix. */
export function decodeNkey(nkey: string): Buffer {
  return decodeBase32(nkey).subarray(1, 1 + keyBytes);
}

/** Returns the 32 bytes of the seed of an nkey, which follow two bytes of prefix. */
export function decodeSeed(seed: string): Buffer {
  return decodeBase32(seed).subarray(2, 2 + keyBytes);
}

/** Decodes base32 without padding (RFC 4648 section 6). */
function decodeBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) throw new Error('Not valid base32.');
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  return Buffer.from(bytes);
}
