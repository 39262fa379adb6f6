import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP link to a server on this machine that can stop forwarding while its connections stay open. */
export interface FreezableLink {
  readonly port: number;
  /** Emits `held` whenever a frozen connection withholds bytes. */
  readonly events: EventEmitter<{ held: [] }>;
  freeze(): void;
  /** Freezes the connections that are open. New ones work. */
  freezeOpen(): void;
  close(): void;
}

export async function startFreezableLink(serverPort: number): Promise<FreezableLink> {
  const sockets = new Set<Socket>();
  const frozen = new Set<Socket>();
  const events = new EventEmitter<{ held: [] }>();
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect(serverPort, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (isFrozen || frozen.has(from)) events.emit('held');
        else to.write(chunk);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    events,
    freeze: () => {
      isFrozen = true;
    },
    freezeOpen: () => {
      for (const socket of sockets) frozen.add(socket);
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
