import type { JsonWebKey } from 'node:crypto';
import { DpopKey } from '../device/dpop-key.js';
import { chooseRegister } from './choose-register.js';
import type { MockControls } from './mock-controls.js';

/** Long, so that the register stays connected even if the server's tokens are short in a demonstration. */
const TTL_SECONDS = 86_400;

/**
 * A license token from the controls of the mock, bound to a key of this process. It needs no OAuth endpoint, so the example
 * register stays connected while the mock simulates an outage, and shows the events of the server.
 */
export class MockToken {
  readonly #key = DpopKey.generate();
  readonly #controls: MockControls;
  readonly #deviceId: string | null;
  #attempts = 0;
  #token = '';

  /** @param deviceId the register; `null` for a register of any authorized server */
  constructor(controls: MockControls, deviceId: string | null) {
    this.#controls = controls;
    this.#deviceId = deviceId;
  }

  get dpopKey(): JsonWebKey {
    return this.#key.jwk;
  }

  /** Returns the current token; empty before the first. */
  get current(): string {
    return this.#token;
  }

  /** Gets a new token and returns its device id; `null` if no server is authorized yet, and the current token stays. */
  async renew(): Promise<string | null> {
    const deviceId = this.#deviceId ?? (await chooseRegister(this.#controls, this.#attempts++));
    if (deviceId === null) return null;
    this.#token = await this.#controls.issueToken(deviceId, TTL_SECONDS, this.#key.publicJwk);
    return deviceId;
  }
}
