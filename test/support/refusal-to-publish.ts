import type { NatsConnection } from '@nats-io/transport-node';

/** Publishes, and resolves to the error of the broker, which answers nothing to an accepted message. */
export async function refusalToPublish(connection: NatsConnection, subject: string): Promise<string> {
  const status = connection.status();
  connection.publish(subject, 'forged');
  for await (const event of status) if (event.type === 'error') return event.error.message;
  return '';
}
