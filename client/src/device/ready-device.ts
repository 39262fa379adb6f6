import type { JsonWebKey } from 'node:crypto';
import { DeviceClock } from './device-clock.js';
import type { DeviceLicense } from './device-license.js';
import { loadProfile, type ProfileOption } from '../load-profile.js';
import type { Profile } from '../shared/profile.js';
import { DpopKey } from './dpop-key.js';
import type { HttpProofRequest, LicensedDevice } from './licensed-device.js';
import { readLicenseToken } from './read-license-token.js';
import { signHttpProof, signNatsProof } from './sign-proofs.js';

export interface ReadyToken {
  /** Default: the device id in the token. */
  readonly deviceId?: string;
  /** The token, or a function that is called at each connection and returns it. */
  readonly token: string | (() => string);
  /** The private key that the token is bound to, as a JWK. Without it the token is sent without a proof. */
  readonly dpopKey?: JsonWebKey;
  readonly profile?: ProfileOption;
}

/** A device whose license token the application acquires and refreshes itself. */
export class ReadyDevice implements LicensedDevice {
  readonly clock = new DeviceClock();
  readonly #ready: ReadyToken;
  readonly #key: DpopKey | null;
  readonly #profile: Profile;

  /** @throws InvalidOptionsError */
  constructor(ready: ReadyToken) {
    this.#ready = ready;
    this.#profile = loadProfile(ready.profile);
    this.#key = ready.dpopKey === undefined ? null : new DpopKey(ready.dpopKey);
  }

  get id(): string {
    return this.#ready.deviceId ?? readLicenseToken(this.token, this.#profile).deviceId;
  }

  get token(): string {
    const { token } = this.#ready;
    return typeof token === 'string' ? token : token();
  }

  get license(): DeviceLicense | null {
    try {
      return readLicenseToken(this.token, this.#profile);
    } catch {
      return null;
    }
  }

  get isBound(): boolean {
    return this.#key !== null;
  }

  proofForNats(serverId: string, token = this.token): string | null {
    return signNatsProof(this.#key, token, serverId, this.clock.now());
  }

  proofForHttp(request: HttpProofRequest): string | null {
    return signHttpProof(this.#key, request.token ?? this.token, request, this.clock.now());
  }
}
