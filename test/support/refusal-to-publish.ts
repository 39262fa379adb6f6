import type { NatsConnection } from '@nats-io/transport-node';

/** Publishes, and resolves to what the broker has against it; it answers nothing to what it lets pass. */
export async function refusalToPublish(connection: NatsConnection, subject: string): Promise<string> {
  const status = connection.status();
  connection.publish(subject, 'forged');
  for await (const event of status) if (event.type === 'error') return event.error.message;
  return '';
}
