import { connect } from '@nats-io/transport-node';

/** Many connections at once, as when a shop opens. */
export class Crowd {
  /** @type {import('@nats-io/transport-node').NatsConnection[]} */
  #connections = [];

  /**
   * Connects all of them at the same moment.
   * @param {readonly import('@nats-io/transport-node').NodeConnectionOptions[]} options one for each
   * @returns {Promise<number>} ms until the last one is in
   */
  async enter(options) {
    const startedAt = performance.now();
    this.#connections = await Promise.all(options.map((each) => connect(each)));
    return performance.now() - startedAt;
  }

  /** @param {string} subject every one of them listens to */
  async listen(subject) {
    for (const connection of this.#connections) {
      connection.subscribe(subject, { callback: () => this.#hear() });
    }
    await Promise.all(this.#connections.map((connection) => connection.flush()));
  }

  #missing = 0;
  #resolve = (/** @type {bigint} */ _at) => {};

  /** @param {() => Promise<unknown>} cause @returns {Promise<bigint>} when the last one has heard of it */
  async hear(cause) {
    this.#missing = this.#connections.length;
    /** @type {Promise<bigint>} */
    const last = new Promise((resolve) => (this.#resolve = resolve));
    await cause();
    return last;
  }

  #hear() {
    this.#missing -= 1;
    if (this.#missing === 0) this.#resolve(process.hrtime.bigint());
  }

  async stop() {
    await Promise.all(this.#connections.splice(0).map((connection) => connection.close()));
  }
}
