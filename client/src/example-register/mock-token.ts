import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { chooseRegister } from './choose-register.js';
import type { MockControls } from './mock-controls.js';

/** However short the tokens of the server are in a demonstration, the register is there to see them end. */
const TTL_SECONDS = 86_400;

/**
 * A license token straight from the controls of the mock, bound to a key that lives as long as this process. So the
 * example register goes on when the mock plays an outage, and shows what the server tells then.
 */
export class MockToken {
  readonly dpopKey: JsonWebKey;
  readonly #publicKey: JsonWebKey;
  readonly #controls: MockControls;
  readonly #deviceId: string | null;
  #attempts = 0;
  #token = '';

  /** `deviceId` null: a register of whichever server is authorized. */
  constructor(controls: MockControls, deviceId: string | null) {
    this.#controls = controls;
    this.#deviceId = deviceId;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.dpopKey = privateKey.export({ format: 'jwk' });
    this.#publicKey = publicKey.export({ format: 'jwk' });
  }

  /** The token of this moment; empty before the first. */
  get current(): string {
    return this.#token;
  }

  /** Gets a new token. Resolves to whose it is; null: no server is authorized yet, and the present one stays. */
  async renew(): Promise<string | null> {
    const deviceId = this.#deviceId ?? (await chooseRegister(this.#controls, this.#attempts++));
    if (deviceId === null) return null;
    this.#token = await this.#controls.issueToken(deviceId, TTL_SECONDS, this.#publicKey);
    return deviceId;
  }
}
