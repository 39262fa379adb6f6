import { DeviceError } from './device/device-error.js';
import { readServers } from './create-connection-options.js';
import { findBroker } from './find-broker.js';
import type { ServerOptions } from './follow-license-options.js';
import type { Identity } from './identity.js';
import { InvalidOptionsError } from './invalid-options-error.js';

/** The server to connect to and the addresses of its broker. */
export interface FoundBroker {
  readonly serverId: string | undefined;
  readonly servers: readonly string[];
  /** Whether the server reported the address, which may change, instead of an option. */
  readonly isAskedFor: boolean;
}

/** Finds the broker of the server that an identity connects to, once for each connection. */
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

  /** Returns the server to follow: the one in the options, or else the hub in the device's token. */
  get serverId(): string | undefined {
    if (this.#options.serverId !== undefined || this.#identity.kind === 'user') return this.#options.serverId;
    return this.#identity.device.license?.hub?.id;
  }

  /**
   * Returns the broker of the options, or else requests its address from the server.
   * @throws DeviceError `hub-unknown`, `not-authorized`
   * @throws LicenseServerError `server-unreachable`, `server-refused`, `answer-not-readable`
   */
  async find(): Promise<FoundBroker> {
    const { serverId } = this;
    const { natsUrl, serverUrl } = this.#options;
    if (natsUrl !== undefined || this.#identity.kind === 'user') {
      return { serverId, servers: readServers(natsUrl), isAskedFor: false };
    }
    const { device } = this.#identity;
    const url = serverUrl ?? device.license?.hub?.url;
    // Reading the token throws `not-authorized` if there is none, which explains a missing hub better.
    if (!url && device.token !== '') {
      const message = 'The license token contains no hub URL: set natsUrl or serverUrl.';
      throw new DeviceError('hub-unknown', message);
    }
    try {
      const servers = [await findBroker(url ?? '', device)];
      this.#lastFound = { serverId, servers, isAskedFor: true };
    } catch (error) {
      // The broker may be available while the server restarts: use the last known address.
      if (this.#lastFound === null || this.#lastFound.serverId !== serverId) throw error;
    }
    return this.#lastFound;
  }
}
