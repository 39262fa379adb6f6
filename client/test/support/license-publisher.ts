import { jetstream, type JetStreamClient, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { LicenseEvent } from '../../src/index.js';
import type { TestNats } from '../../../test/support/start-nats.js';

/** Publishes events to a broker as the licensing service does. */
export class LicensePublisher {
  readonly #connection: NatsConnection;
  readonly #stream: JetStreamClient;

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#stream = jetstream(connection);
  }

  static async connect(broker: TestNats): Promise<LicensePublisher> {
    const { user, password } = broker.serviceUser;
    return new LicensePublisher(
      await connect({ servers: broker.url, user, pass: password, reconnect: false }),
    );
  }

  async createStream(): Promise<void> {
    const manager = await jetstreamManager(this.#connection);
    await manager.streams.add({
      name: 'LICENSING',
      subjects: ['license.status', 'token.expiring'],
      allow_direct: true,
    });
  }

  /** Publishes an event and resolves when the stream has stored it. */
  async publish(event: LicenseEvent): Promise<void> {
    await this.#stream.publish(event.type, JSON.stringify(event), { msgID: event.id });
  }

  /** Answers `svc.licensing.status` with a license view, until this connection closes. */
  async answerStatus(view: object): Promise<void> {
    this.#connection.subscribe('svc.licensing.status', {
      callback: (_error, request) => void request.respond(JSON.stringify(view)),
    });
    await this.#connection.flush();
  }

  /** Resolves when the stream has a message, whatever is in it. */
  async store(subject: string, body: string): Promise<void> {
    await this.#stream.publish(subject, body);
  }

  /** Sends any body to the subscribers of a subject. */
  async send(subject: string, body: string): Promise<void> {
    this.#connection.publish(subject, body);
    await this.#connection.flush();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
