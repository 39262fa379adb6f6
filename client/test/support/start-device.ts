import { EventEmitter, once } from 'node:events';
import { createDevice, type Device, type DeviceChange, type DeviceOptions } from '../../src/index.js';
import type { TestMock } from '../../../test/support/start-mock.js';
import { MemoryStorage } from './memory-storage.js';

/** A device at an Authorization server, with a record of its changes. */
export class TestDevice {
  readonly changes: DeviceChange[] = [];
  readonly device: Device;
  readonly storage: MemoryStorage;
  readonly #arrivals: EventEmitter;

  private constructor(device: Device, storage: MemoryStorage, arrivals: EventEmitter) {
    this.device = device;
    this.storage = storage;
    this.#arrivals = arrivals;
    arrivals.on('change', (change: DeviceChange) => this.changes.push(change));
  }

  static async start(
    server: Pick<TestMock, 'url'>,
    options: Partial<DeviceOptions> & { readonly storage?: MemoryStorage } = {},
  ): Promise<TestDevice> {
    const arrivals = new EventEmitter();
    const storage = options.storage ?? new MemoryStorage();
    const device = await createDevice({
      authServerUrl: server.url,
      clientId: 'pos-register',
      onChange: (change) => arrivals.emit('change', change),
      ...options,
      storage,
    });
    return new TestDevice(device, storage, arrivals);
  }

  /** Authorizes the device in place of a person. */
  async authorize(mock: TestMock, deviceId = 'reg-1-1'): Promise<void> {
    await this.device.authorize(({ userCode }) => mock.approve(userCode, deviceId));
  }

  /** Resolves to the first change of a kind, past or future. */
  async seen<Kind extends DeviceChange['kind']>(kind: Kind): Promise<Extract<DeviceChange, { kind: Kind }>> {
    const signal = AbortSignal.timeout(15_000);
    for (;;) {
      const found = this.changes.find((change) => change.kind === kind);
      if (found !== undefined) return found as Extract<DeviceChange, { kind: Kind }>;
      await once(this.#arrivals, 'change', { signal });
    }
  }
}
