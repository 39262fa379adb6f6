export type NatsServer =
  { kind: 'binary'; path: string; version: string } | { kind: 'docker'; image: string };

export function findNatsServer(options?: { tell?: (line: string) => void }): Promise<NatsServer>;

export class NatsServerMissingError extends Error {
  code: 'nats-server-missing';
}
