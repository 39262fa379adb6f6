import type { DeviceClock } from './device-clock.js';
import type { DeviceLicense } from './device-license.js';

/** The HTTP request that a proof is for (RFC 9449 section 4.2). */
export interface HttpProofRequest {
  readonly method: string;
  readonly url: string;
  /** The last `DPoP-Nonce` header of that server. */
  readonly nonce?: string | undefined;
  /** The token that is sent with the request. Default: the current token. */
  readonly token?: string;
}

/** A device that can present its license token to a broker and over HTTP. */
export interface LicensedDevice {
  /** The device id. @throws DeviceError `not-authorized` */
  readonly id: string;
  /** The current license token. @throws DeviceError `not-authorized` */
  readonly token: string;
  /** The license in the token; `null` if there is no token or it cannot be read. */
  readonly license: DeviceLicense | null;
  readonly clock: DeviceClock;
  /** Whether the token is bound to a key and must be sent with a proof (RFC 9449). */
  readonly isBound: boolean;
  /** Returns a new proof for one connection to a server's broker; `null` if the token is not bound. */
  proofForNats(serverId: string, token?: string): string | null;
  /** Returns a new proof for one HTTP request (RFC 9449 section 4); `null` if the token is not bound. */
  proofForHttp(request: HttpProofRequest): string | null;
}
