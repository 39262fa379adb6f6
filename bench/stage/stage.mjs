import { mkdtemp, rm } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedRegisters } from './seed-registers.mjs';
import { startBroker } from './start-broker.mjs';
import { startMock } from './start-mock.mjs';
import { startService } from './start-service.mjs';

/**
 * What the rows are played on: the parts of a store as real processes on loopback, each started when the first row asks
 * for it, and all ended by `close`, the last first.
 */
export class Stage {
  /** @type {string} */
  #folder;
  /** @type {(() => Promise<unknown>)[]} */
  #closers = [];
  #folders = 0;
  /** @type {Map<string, Promise<any>>} */
  #parts = new Map();

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  static async open() {
    return new Stage(await mkdtemp(join(tmpdir(), 'pos-licensing-bench-')));
  }

  /** @param {string} name @returns {string} a new folder, which goes at the end */
  newFolder(name) {
    this.#folders += 1;
    const path = join(this.#folder, `${name}-${this.#folders}`);
    mkdirSync(path);
    return path;
  }

  /**
   * Keeps something that has to be ended.
   * @template {{ stop: () => Promise<unknown> }} T
   * @param {Promise<T>} starting
   * @returns {Promise<T>}
   */
  async keep(starting) {
    const part = await starting;
    this.#closers.push(() => part.stop());
    return part;
  }

  broker() {
    return this.#once('broker', () => this.keep(startBroker(this.newFolder('nats'))));
  }

  /** With a thousand registers of the store `srv-store-1`. */
  mock() {
    return this.#once('mock', () => {
      const dataDir = this.newFolder('mock');
      seedRegisters(dataDir, 1_000);
      return this.keep(startMock(dataDir));
    });
  }

  /** The service of the store `srv-store-1`, licensed, with its broker. */
  service() {
    return this.#once('service', async () => {
      const [broker, mock] = await Promise.all([this.broker(), this.mock()]);
      const environment = { ...broker.environment, AUTH_SERVER_URL: mock.url };
      const service = await this.keep(startService({ dataDir: this.newFolder('licensing'), environment }));
      await service.acquire(mock);
      return service;
    });
  }

  /** Another store, `srv-store-2`, whose service commits events when it is asked to, with a broker of its own. */
  events() {
    return this.#once('events', async () => {
      const [broker, mock] = await Promise.all([this.keep(startBroker(this.newFolder('nats'))), this.mock()]);
      const environment = { ...broker.environment, AUTH_SERVER_URL: mock.url };
      const dataDir = this.newFolder('licensing');
      const service = await this.keep(startService({ dataDir, environment, hasDoor: true }));
      await service.acquire(mock, 'srv-store-2');
      return { broker, service };
    });
  }

  async close() {
    for (const close of this.#closers.splice(0).toReversed()) await close().catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /**
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} start
   * @returns {Promise<T>}
   */
  #once(name, start) {
    const known = this.#parts.get(name);
    if (known) return known;
    const started = start();
    this.#parts.set(name, started);
    return started;
  }
}
