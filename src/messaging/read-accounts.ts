import type { NatsConnection } from '@nats-io/transport-node';

const timeoutMs = 2000;

interface AccountList {
  readonly data?: { readonly accounts?: readonly string[] };
}

/**
 * Reads the names of the accounts of the broker, through its system account. Of a cluster, those that all brokers have.
 * @throws if no broker answers
 */
export async function readAccounts(connection: NatsConnection): Promise<ReadonlySet<string>> {
  const answers = await connection.requestMany('$SYS.REQ.SERVER.PING.ACCOUNTZ', '', {
    strategy: 'stall',
    maxWait: timeoutMs,
  });
  const lists: (readonly string[])[] = [];
  for await (const answer of answers) lists.push(answer.json<AccountList>().data?.accounts ?? []);
  const [first, ...others] = lists;
  if (first === undefined) throw new Error('The broker does not list its accounts.');
  return new Set(first.filter((name) => others.every((list) => list.includes(name))));
}
