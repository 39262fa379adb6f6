import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { firstValueFrom, Subject } from 'rxjs';
import { expect, it } from 'vitest';
import { answerRequests } from './answer-requests.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('counts a request until the broker has read its answer, but releases it from memory earlier', async () => {
  const { connection, receive, letBrokerRead } = openConnection();
  const answers: string[] = [];
  answerRequests(
    { onConnected: (listener) => void listener(connection) },
    { subject: 'test', max: 1 },
    (request) => Promise.resolve(request.string()),
  );

  const first = receive('first', answers);
  // The answer is sent in this turn and flushed in the next. A WeakRef keeps its target until its own turn ends.
  await nextTurn();
  await nextTurn();
  collectGarbage();
  expect(answers).toEqual(['first']);
  expect(first.deref()).toBeUndefined();

  receive('dropped', answers);
  await letBrokerRead();
  receive('second', answers);
  await nextTurn();
  expect(answers).toEqual(['first', 'second']);
});

/** Opens a connection to a broker that reads no answer until `letBrokerRead`. */
function openConnection() {
  const requests = new Subject<Msg>();
  const reads = new Subject<void>();
  const connection = {
    subscribe: (_subject: string, options: { callback: (error: null, request: Msg) => void }) =>
      requests.subscribe((request) => options.callback(null, request)),
    flush: () => firstValueFrom(reads),
  } as unknown as NatsConnection;
  const receive = (text: string, answers: string[]): WeakRef<Msg> => {
    const request = { string: () => text, respond: () => answers.push(text) > 0 } as unknown as Msg;
    requests.next(request);
    return new WeakRef(request);
  };
  const letBrokerRead = async () => {
    reads.next();
    await nextTurn();
  };
  return { connection, receive, letBrokerRead };
}
