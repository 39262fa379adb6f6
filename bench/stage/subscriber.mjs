import { connect } from '@nats-io/transport-node';

const patienceMs = 60_000;

/** Hears a subject and notes when: on the monotonic clock that all processes share. */
export class Subscriber {
  /** When each message came that was awaited last. @type {bigint[]} */
  #times = [];
  #awaited = 0;
  #resolve = () => {};
  #connection;
  lastBody = '';

  /** @param {import('@nats-io/transport-node').NatsConnection} connection @param {string} subject */
  constructor(connection, subject) {
    this.#connection = connection;
    connection.subscribe(subject, {
      callback: (_error, message) => {
        this.#times.push(process.hrtime.bigint());
        if (this.#times.length === 1) this.lastBody = message.string();
        if (this.#times.length === this.#awaited) this.#resolve();
      },
    });
  }

  /** @param {import('@nats-io/transport-node').NodeConnectionOptions} options @param {string} subject */
  static async open(options, subject) {
    const subscriber = new Subscriber(await connect(options), subject);
    await subscriber.#connection.flush();
    return subscriber;
  }

  /**
   * Resolves to the times of the next so many messages.
   * @param {number} count
   * @param {() => Promise<unknown>} cause them
   */
  async hear(count, cause) {
    this.#times = [];
    this.#awaited = count;
    const heard = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`Only ${this.#times.length} of ${count} messages came.`));
      }, patienceMs);
      this.#resolve = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
    await Promise.all([heard, cause()]);
    return this.#times;
  }

  stop() {
    return this.#connection.close();
  }
}
