import type { Server, ServerResponse } from 'node:http';
import { expectNoSecrets, expectNoSecretsForAdmins } from './canaries.js';

/** A request with one of these may be an admin's. */
const adminHeaders = ['authorization', 'cookie'];
/** The style sheet and its like are compressed when they are built, and have known no secret. */
const readable = (answer: ServerResponse) => answer.getHeader('content-encoding') === undefined;

/**
 * Looks for secrets in each answer of a server, whoever has asked and however it is sent: its headers, its body, also one
 * that does not end. The function that it returns throws what was found first.
 */
export function watchAnswers(server: Server): () => void {
  const leaks: unknown[] = [];
  const open = new Set<() => void>();
  server.prependListener('request', (request, answer) => {
    const mayBeAdmin = adminHeaders.some((name) => request.headers[name] !== undefined);
    const expectNone = mayBeAdmin ? expectNoSecretsForAdmins : expectNoSecrets;
    const chunks: string[] = [];
    const take = (chunk: unknown): void => {
      if (typeof chunk === 'string') chunks.push(chunk);
      else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk).toString('utf8'));
    };
    const [write, end] = [answer.write.bind(answer), answer.end.bind(answer)];
    answer.write = (...parts: unknown[]) => {
      take(parts[0]);
      return Reflect.apply(write, answer, parts) as boolean;
    };
    answer.end = (...parts: unknown[]) => {
      take(parts[0]);
      return Reflect.apply(end, answer, parts) as ServerResponse;
    };
    const look = (): void => {
      open.delete(look);
      // A session is told to the one who has logged in, in this header and nowhere else.
      const { 'set-cookie': _session, ...headers } = answer.getHeaders();
      const text = [JSON.stringify(headers), ...(readable(answer) ? chunks : [])].join('\n');
      try {
        expectNone(`The answer to ${request.method} ${request.url}`, text);
      } catch (error) {
        leaks.push(error);
      }
    };
    open.add(look);
    answer.once('close', look);
  });
  return () => {
    for (const look of open) look();
    if (leaks.length > 0) throw leaks[0];
  };
}
