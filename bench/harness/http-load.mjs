import { once } from 'node:events';
import { connect } from 'node:net';
import { cpuTimeMicros } from './cpu-time.mjs';

const connections = 1;

/**
 * Asks a server for the same thing again and again, over eight connections that are kept, each as soon as it has its
 * answer. It reads no more of an answer than it has to: a client that were busier than the server would save it the
 * waking of the client, which costs as much as a request.
 * @param {object} load
 * @param {string} load.url
 * @param {number} load.pid of the server
 * @param {number} load.requests
 * @param {number} load.status the one status that is right
 * @param {readonly Record<string, string>[]} [load.headers] of the requests, in turn
 * @returns {Promise<{ cpu: number, wall: number }>} µs of the server's CPU, and of the wall clock, a request
 */
export async function loadHttp({ url, pid, requests, status, headers = [{}] }) {
  const { hostname, port } = new URL(url);
  const texts = headers.map((each) => formatRequest(url, each));
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      await once(socket, 'connect');
      return socket;
    }),
  );
  let sent = 0;
  /** @returns {string | null} */
  const next = () => (sent < requests ? (texts[sent++ % texts.length] ?? null) : null);
  const cpuBefore = cpuTimeMicros(pid);
  const startedAt = performance.now();
  await Promise.all(sockets.map((socket) => askOn(socket, next, status)));
  const wall = ((performance.now() - startedAt) * 1000) / requests;
  const cpuAfter = cpuTimeMicros(pid);
  for (const socket of sockets) socket.destroy();
  return { cpu: cpuBefore === null || cpuAfter === null ? wall : (cpuAfter - cpuBefore) / requests, wall };
}

/** @param {string} url @param {Record<string, string>} headers */
function formatRequest(url, headers) {
  const { host, pathname, search } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/**
 * @param {import('node:net').Socket} socket
 * @param {() => string | null} next request, or null after the last
 * @param {number} status
 */
async function askOn(socket, next, status) {
  const begin = `HTTP/1.1 ${status} `;
  await new Promise((resolve, reject) => {
    let answer = '';
    const ask = () => {
      const text = next();
      if (text === null) resolve(undefined);
      else socket.write(text, 'latin1');
    };
    socket.setEncoding('latin1').on('error', reject);
    socket.on('close', () => reject(new Error('The server has closed the connection.')));
    socket.on('data', (/** @type {string} */ text) => {
      answer += text;
      if (!isWhole(answer)) return;
      if (!answer.startsWith(begin)) reject(new Error(`Not the answer that is wanted: ${answer}`));
      answer = '';
      ask();
    });
    ask();
  });
  socket.removeAllListeners();
}

/** @param {string} answer */
function isWhole(answer) {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd === -1) return false;
  const [, length = '0'] = /content-length: (\d+)/i.exec(answer) ?? [];
  return answer.length >= headEnd + 4 + Number(length);
}
