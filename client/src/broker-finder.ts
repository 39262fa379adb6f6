import { DeviceError } from './device/device-error.js';
import { readServers } from './create-connection-options.js';
import { findBroker } from './find-broker.js';
import type { ServerOptions } from './follow-license-options.js';
import type { Identity } from './identity.js';
import { InvalidOptionsError } from './invalid-options-error.js';

/** Which server is connected to, and where its broker is. */
export interface FoundBroker {
  readonly serverId: string | undefined;
  readonly servers: readonly string[];
  /** Whether the address was asked for, and so may be another one the next time. */
  readonly isAskedFor: boolean;
}

/** Finds the broker of the server that an identity connects to, anew for each connection. */
export class BrokerFinder {
  readonly #identity: Identity;
  readonly #options: ServerOptions;
  #lastFound: FoundBroker | null = null;

  /** @throws InvalidOptionsError */
  constructor(identity: Identity, options: ServerOptions) {
    this.#identity = identity;
    this.#options = options;
    if (options.natsUrl !== undefined || identity.kind === 'user') readServers(options.natsUrl);
    if (options.serverUrl !== undefined && !/^https?:/.test(String(options.serverUrl))) {
      throw new InvalidOptionsError(
        'serverUrl: expected the URL of a POS server, such as https://10.0.0.2:3000.',
      );
    }
  }

  /** The server that counts now: the one that was given, or else the hub that the device's token names. */
  get serverId(): string | undefined {
    if (this.#options.serverId !== undefined || this.#identity.kind === 'user') return this.#options.serverId;
    return this.#identity.device.license?.hub?.id;
  }

  /** @throws DeviceError, LicenseServerError */
  async find(): Promise<FoundBroker> {
    const { serverId } = this;
    const { natsUrl, serverUrl } = this.#options;
    if (natsUrl !== undefined || this.#identity.kind === 'user') {
      return { serverId, servers: readServers(natsUrl), isAskedFor: false };
    }
    const { device } = this.#identity;
    const url = serverUrl ?? device.license?.hub?.url;
    // The token comes first: without one there is no hub, and nothing to ask with.
    if (!url && device.token !== '') {
      const message = 'The license token names no URL of a hub: give natsUrl or serverUrl.';
      throw new DeviceError('hub-unknown', message);
    }
    try {
      const servers = [await findBroker(url ?? '', device)];
      this.#lastFound = { serverId, servers, isAskedFor: true };
    } catch (error) {
      // The broker may well be there while the server restarts.
      if (this.#lastFound === null || this.#lastFound.serverId !== serverId) throw error;
    }
    return this.#lastFound;
  }
}
