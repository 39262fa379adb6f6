import type { NatsConnection } from '@nats-io/transport-node';

const timeoutMs = 5000;

/** A page of a broker's list of connections. */
export interface ConnectionList {
  readonly server: { readonly id: string };
  readonly data?: {
    readonly now: string;
    readonly total: number;
    readonly connections: readonly {
      readonly cid: number;
      readonly authorized_user?: string;
      readonly issuer_key?: string;
      readonly start: string;
      /** How many messages the client has sent. */
      readonly in_msgs?: number;
    }[];
  };
}

/**
 * Requests a page of the connections from each broker, through the system account.
 * @param query as for `CONNZ`
 * @param brokers how many answer; by default the request waits a little after the last answer
 */
export async function requestConnections(
  connection: NatsConnection,
  query: Readonly<Record<string, unknown>>,
  brokers: number | null = null,
): Promise<ConnectionList[]> {
  const answers = await connection.requestMany('$SYS.REQ.SERVER.PING.CONNZ', JSON.stringify(query), {
    maxWait: timeoutMs,
    ...(brokers === null ? { strategy: 'stall' } : { strategy: 'count', maxMessages: brokers }),
  });
  const lists: ConnectionList[] = [];
  for await (const answer of answers) lists.push(answer.json<ConnectionList>());
  return lists;
}
