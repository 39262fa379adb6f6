import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Settings } from '../config/settings.js';
import type { LicenseStore } from '../domain/ports/license-store.js';
import { ChangeFeed } from './change-feed.js';

const sockets: Socket[] = [];
const server = createServer((socket) => void sockets.push(socket));

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

it('ChangeFeed stops although the database accepted its connection and never responds', async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `postgres://licensing@127.0.0.1:${port}/licensing`;
  const feed = new ChangeFeed(
    { database: { kind: 'postgres', url } } as unknown as Settings,
    {} as LicenseStore,
  );
  feed.onApplicationBootstrap();
  await once(server, 'connection');
  await expect(feed.beforeApplicationShutdown()).resolves.toBeUndefined();
});
