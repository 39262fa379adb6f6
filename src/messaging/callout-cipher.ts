import type { Msg } from '@nats-io/transport-node';
import nacl from 'tweetnacl';
import { decodeNkey, decodeSeed } from './nkey.js';

/** What precedes nonce and box, as nats-server writes it (`xkeys` of nkeys). */
const version = Buffer.from('xkv1');
const boxStart = version.length + nacl.box.nonceLength;

/** A readable request of the auth callout, and how to answer it. */
export interface OpenedRequest {
  readonly text: string;
  readonly seal: (answer: string) => string | Uint8Array;
}

/**
 * Decrypts the requests of the auth callout, which the broker encrypts if its configuration has an `xkey`. The library of
 * NATS computes the shared key for every message, which takes longer than the rest of a login.
 */
export class CalloutCipher {
  private readonly secret: Uint8Array | null;
  /** Of the last broker. */
  private shared: { readonly sender: string; readonly key: Uint8Array } | null = null;

  /** @param seed of the key whose public part the broker has, or `null` */
  constructor(seed: string | null) {
    this.secret = seed === null ? null : decodeSeed(seed);
  }

  /** @throws if the request is encrypted and the seed is absent or of another key */
  open({ headers, data }: Pick<Msg, 'headers' | 'data'>): OpenedRequest {
    const sender = headers?.get('Nats-Server-Xkey');
    if (!sender) return { text: new TextDecoder().decode(data), seal: (answer) => answer };
    const key = this.keyFor(sender);
    const isReadable =
      key !== null && data.length > boxStart && version.equals(data.subarray(0, version.length));
    const opened = isReadable
      ? nacl.box.open.after(data.subarray(boxStart), data.subarray(version.length, boxStart), key)
      : null;
    if (key === null || opened === null)
      throw new Error('NATS_CALLOUT_XKEY_SEED does not match the xkey in the configuration of the broker');
    return {
      text: new TextDecoder().decode(opened),
      seal: (answer) => {
        const nonce = nacl.randomBytes(nacl.box.nonceLength);
        return Buffer.concat([version, nonce, nacl.box.after(Buffer.from(answer), nonce, key)]);
      },
    };
  }

  private keyFor(sender: string): Uint8Array | null {
    if (this.secret === null) return null;
    if (this.shared?.sender !== sender)
      this.shared = { sender, key: nacl.box.before(decodeNkey(sender), this.secret) };
    return this.shared.key;
  }
}
