import type { Msg } from '@nats-io/transport-node';
import { fromCurveSeed } from '@nats-io/nkeys';

/** A readable request of the auth callout, and how to answer it. */
export interface OpenedRequest {
  readonly text: string;
  readonly seal: (answer: string) => string | Uint8Array;
}

/** Decrypts the requests of the auth callout, which the broker encrypts if its configuration has an `xkey`. */
export class CalloutCipher {
  private readonly key: ReturnType<typeof fromCurveSeed> | null;

  /** @param seed of the key whose public part the broker has, or `null` */
  constructor(seed: string | null) {
    this.key = seed === null ? null : fromCurveSeed(new TextEncoder().encode(seed));
  }

  /** @throws if the request is encrypted and the seed is absent or of another key */
  open({ headers, data }: Pick<Msg, 'headers' | 'data'>): OpenedRequest {
    const sender = headers?.get('Nats-Server-Xkey');
    if (!sender) return { text: new TextDecoder().decode(data), seal: (answer) => answer };
    const { key } = this;
    const opened = key?.open(data, sender) ?? null;
    if (key === null || opened === null)
      throw new Error('NATS_CALLOUT_XKEY_SEED does not match the xkey in the configuration of the broker');
    return {
      text: new TextDecoder().decode(opened),
      seal: (answer) => key.seal(new TextEncoder().encode(answer), sender),
    };
  }
}
