import { Pool } from 'undici';
import { cpuTimeMicros } from './cpu-time.mjs';

const connections = 8;

/**
 * Asks a server for the same thing again and again, over eight connections that are kept, each as soon as it has its
 * answer.
 * @param {object} load
 * @param {string} load.url
 * @param {number} load.pid of the server
 * @param {number} load.requests
 * @param {number} load.status the one status that is right
 * @param {Record<string, string>} [load.headers]
 * @param {(index: number) => Record<string, string>} [load.headersOf] those of each request
 * @returns {Promise<{ cpu: number, wall: number }>} µs of the server's CPU, and of the wall clock, a request
 */
export async function loadHttp({ url, pid, requests, status, headers, headersOf }) {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const path = `${pathname}${search}`;
  let sent = 0;
  const askOn = async () => {
    while (sent < requests) {
      const index = sent++;
      const answer = await pool.request({
        path,
        method: 'GET',
        headers: { ...headers, ...headersOf?.(index) },
      });
      const text = await answer.body.text();
      if (answer.statusCode !== status) throw new Error(`GET ${url}: ${answer.statusCode} ${text}`);
    }
  };
  try {
    const cpuBefore = cpuTimeMicros(pid);
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: connections }, askOn));
    const wall = ((performance.now() - startedAt) * 1000) / requests;
    const cpuAfter = cpuTimeMicros(pid);
    return { cpu: cpuBefore === null || cpuAfter === null ? wall : (cpuAfter - cpuBefore) / requests, wall };
  } finally {
    await pool.close();
  }
}
