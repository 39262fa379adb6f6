import type { DeviceClock } from './device-clock.js';
import type { DeviceLicense } from './device-license.js';

export interface HttpProofRequest {
  readonly method: string;
  readonly url: string;
  /** What the server gave in `DPoP-Nonce`. */
  readonly nonce?: string | undefined;
  /** The token that is sent; absent: that of this moment. */
  readonly token?: string;
}

/** A device that can show its license token, to a broker and by HTTP. */
export interface LicensedDevice {
  /** @throws DeviceError `not-authorized` */
  readonly id: string;
  /** The license token of this moment. @throws DeviceError `not-authorized` */
  readonly token: string;
  /** What the token says; null: there is none, or it says nothing that can be read. */
  readonly license: DeviceLicense | null;
  readonly clock: DeviceClock;
  /** Whether the token is bound to a key, and shown with proofs. */
  readonly isBound: boolean;
  /** A fresh proof for one connection to the broker of a server, with the token of this moment unless one is given. */
  proofForNats(serverId: string, token?: string): string | null;
  /** A fresh proof for one HTTP request. */
  proofForHttp(request: HttpProofRequest): string | null;
}
