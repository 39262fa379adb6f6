import { once } from 'node:events';
import { connect } from 'node:net';
import { cpuTimeMicros } from './cpu-time.mjs';

/**
 * Sends a request to a server again and again over one connection, each when the answer to the previous one is complete.
 * It parses as little of an answer as possible: a client that is slower than the server would save the server the wakeups of
 * the client, which cost as much as a request.
 * @param {object} load
 * @param {string} load.url
 * @param {number} load.pid of the server
 * @param {number} load.requests
 * @param {number} load.status the expected status
 * @param {readonly Record<string, string>[]} [load.headers] of the requests, in turn
 * @returns {Promise<{ cpu: number, wall: number }>} µs of CPU time of the server and of wall clock, per request
 */
export async function loadHttp({ url, pid, requests, status, headers = [{}] }) {
  const { hostname, port } = new URL(url);
  const texts = headers.map((each) => formatRequest(url, each));
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let sent = 0;
  /** @returns {string | null} */
  const next = () => (sent < requests ? (texts[sent++ % texts.length] ?? null) : null);
  const cpuBefore = cpuTimeMicros(pid);
  const startedAt = performance.now();
  await sendAll(socket, next, status);
  const wall = ((performance.now() - startedAt) * 1000) / requests;
  const cpuAfter = cpuTimeMicros(pid);
  socket.destroy();
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
 * @param {() => string | null} next request, or `null` after the last
 * @param {number} status
 */
async function sendAll(socket, next, status) {
  const begin = `HTTP/1.1 ${status} `;
  await new Promise((resolve, reject) => {
    let answer = '';
    const send = () => {
      const text = next();
      if (text === null) resolve(undefined);
      else socket.write(text, 'latin1');
    };
    socket.setEncoding('latin1').on('error', reject);
    socket.on('close', () => reject(new Error('The server closed the connection.')));
    socket.on('data', (/** @type {string} */ text) => {
      answer += text;
      if (!isComplete(answer)) return;
      if (!answer.startsWith(begin)) reject(new Error(`Unexpected answer: ${answer}`));
      answer = '';
      send();
    });
    send();
  });
  socket.removeAllListeners();
}

/** @param {string} answer */
function isComplete(answer) {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd === -1) return false;
  const [, length = '0'] = /content-length: (\d+)/i.exec(answer) ?? [];
  return answer.length >= headEnd + 4 + Number(length);
}
