import type { Server, ServerResponse } from 'node:http';
import { expectNoSecrets, expectNoSecretsForAdmins } from './secret-scanner.js';

const unauthorized = 401;

/**
 * Searches each answer of a server for secrets, whatever the client and the way of sending: its headers and its body,
 * even one without end. The returned function throws the first finding.
 */
export function watchAnswers(server: Server): () => void {
  const leaks: unknown[] = [];
  const open = new Set<() => void>();
  server.prependListener('request', (request, answer) => {
    const heads: unknown[] = [];
    let body = '';
    const take = (chunk: unknown): void => {
      if (typeof chunk === 'string') body += chunk;
      else if (chunk instanceof Uint8Array) body += Buffer.from(chunk).toString('utf8');
    };
    const original = {
      writeHead: answer.writeHead.bind(answer),
      write: answer.write.bind(answer),
      end: answer.end.bind(answer),
    };
    answer.writeHead = (...parts: unknown[]) => {
      heads.push(...parts);
      return Reflect.apply(original.writeHead, answer, parts) as ServerResponse;
    };
    answer.write = (...parts: unknown[]) => {
      take(parts[0]);
      return Reflect.apply(original.write, answer, parts) as boolean;
    };
    answer.end = (...parts: unknown[]) => {
      take(parts[0]);
      return Reflect.apply(original.end, answer, parts) as ServerResponse;
    };
    const look = (): void => {
      open.delete(look);
      const { authorization, cookie } = request.headers;
      const mayBeAdmin = (authorization ?? cookie) !== undefined && answer.statusCode !== unauthorized;
      const expectNone = mayBeAdmin ? expectNoSecretsForAdmins : expectNoSecrets;
      const text = `${JSON.stringify([answer.getHeaders(), heads])}\n${body}`;
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
