import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFreePort } from './support/find-free-port.js';
import { startNginx, type TestNginx } from './support/start-nginx.js';

const delivered = readFileSync(join(import.meta.dirname, '../deploy/nginx/replicas.conf'), 'utf8');
const serverBlock = /^ {2}server \{[^]+^ {2}\}$/m.exec(delivered)?.[0] ?? '';

/** A replica that records the requests and answers with its status. */
interface Replica {
  readonly asked: IncomingMessage[];
  status: number;
  readonly server: Server;
}

async function startReplica(port: number): Promise<Replica> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(replica.status).end();
  });
  const replica: Replica = { asked, status: 200, server };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return replica;
}

describe('the proxy in front of two replicas', () => {
  let url: string;
  let nginx: TestNginx;
  let ports: number[];
  let replicas: Replica[];

  beforeEach(async () => {
    const [port, ...own] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
    ports = own;
    replicas = await Promise.all(ports.map((each) => startReplica(each)));
    url = `http://127.0.0.1:${port}`;
    // In Docker, the name server returns the addresses of the name. Here the configuration lists them.
    const servers = ports.map((each) => `server 127.0.0.1:${each} max_fails=0;`).join(' ');
    const config = serverBlock
      .replace('listen 3000;', `listen 127.0.0.1:${port};`)
      .replace('licensing:3000', 'both');
    nginx = await startNginx(`upstream both { ${servers} }\n${config}`, `${url}/health/ready`);
    for (const { asked } of replicas) asked.length = 0;
  });

  afterEach(async () => {
    await nginx?.stop();
    for (const { server } of replicas) server.close();
  });

  const askTimes = async (count: number, method: string): Promise<number[]> => {
    const statuses: number[] = [];
    for (let turn = 0; turn < count; turn += 1) {
      statuses.push((await fetch(`${url}/api/license`, { method })).status);
    }
    return statuses;
  };

  it('sends requests to both in turn, with the address and the scheme of the client', async () => {
    expect(await askTimes(6, 'GET')).toEqual(Array<number>(6).fill(200));
    expect(replicas.map(({ asked }) => asked.length)).toEqual([3, 3]);
    expect(replicas[0]?.asked[0]?.headers).toMatchObject({
      host: new URL(url).host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': new URL(url).host,
      'x-forwarded-proto': 'http',
    });
  });

  it('passes on that a proxy before it ends TLS, and believes no other scheme', async () => {
    for (const scheme of ['https', 'gopher']) {
      await fetch(`${url}/login`, { headers: { 'x-forwarded-proto': scheme } });
    }
    const schemes = replicas.flatMap(({ asked }) => asked.map(({ headers }) => headers['x-forwarded-proto']));
    expect(new Set(schemes)).toEqual(new Set(['http', 'https']));
  });

  it('uses the other replica when one is gone or not ready', async () => {
    replicas[0]?.server.close();
    expect(await askTimes(4, 'GET')).toEqual(Array<number>(4).fill(200));
    replicas[0] = await startReplica(ports[0] ?? 0);
    replicas[0].status = 503;
    expect(await askTimes(4, 'GET')).toEqual(Array<number>(4).fill(200));
  });

  it('does not repeat a request that may already have been processed', async () => {
    for (const replica of replicas) replica.status = 503;
    expect(await askTimes(4, 'POST')).toEqual(Array<number>(4).fill(503));
    expect(replicas.flatMap(({ asked }) => asked)).toHaveLength(4);
  });
});
