import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { RawAnswer, RawRequest } from './send-raw.js';

const answerTimeoutMs = 15_000;
const maxBody = 16 * 1024;
const agent = new Agent({ keepAlive: true, maxFreeSockets: 8 });

/**
 * Sends a request without normalizing it. Of an answer without end, it returns the beginning.
 * `null` if the server refused a long body and closed the connection before the whole body was sent.
 * @throws if the answer does not arrive in time
 */
export async function sendBounded(
  url: string,
  { method, path, headers, body }: RawRequest,
): Promise<RawAnswer | null> {
  const { hostname, port } = new URL(url);
  const signal = AbortSignal.timeout(answerTimeoutMs);
  const isAlone = headers?.['connection'] === 'close';
  const options = { hostname, port, method, path, agent: isAlone ? false : agent, signal } as const;
  const sent = request({ ...options, ...(headers && { headers: { ...headers } }) });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.on('error', () => undefined);
  sent.end(body);
  try {
    const [answer] = await answered;
    const isEndless = String(answer.headers['content-type']).startsWith('text/event-stream');
    if (isEndless) answer.destroy();
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: isEndless ? '' : await text(answer),
    };
  } catch (error) {
    if (signal.aborted)
      throw new Error(`${method} ${path} was not answered in ${answerTimeoutMs} ms`, { cause: error });
    // The server may have closed a reused connection just now, which is not an answer to this request.
    if (sent.reusedSocket)
      return sendBounded(url, {
        method,
        path,
        headers: { ...headers, connection: 'close' },
        ...(body !== undefined && { body }),
      });
    if ((body ?? '').length > maxBody) return null;
    throw error;
  }
}
