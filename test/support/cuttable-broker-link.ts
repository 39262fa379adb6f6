import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP link to the broker that breaks after a number of bytes, whatever is in progress. */
export interface CuttableBrokerLink {
  readonly url: string;
  /** The number of breaks. */
  readonly cuts: number;
  /** Forwards this many bytes in one direction, then breaks every connection, and works again. */
  cutAfter(bytes: number, direction: 'to-broker' | 'from-broker'): void;
  /** Breaks every connection and accepts no new one until it is restored. */
  cut(): void;
  restore(): void;
  close(): Promise<void>;
}

export async function startCuttableBrokerLink(brokerPort: number): Promise<CuttableBrokerLink> {
  const sockets = new Set<Socket>();
  const left = { 'to-broker': Number.POSITIVE_INFINITY, 'from-broker': Number.POSITIVE_INFINITY };
  let cuts = 0;
  let isCut = false;

  function pass(from: Socket, to: Socket, direction: keyof typeof left): void {
    sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      to.write(chunk.subarray(0, Math.min(chunk.length, left[direction])));
      left[direction] -= chunk.length;
      if (left[direction] > 0) return;
      left[direction] = Number.POSITIVE_INFINITY;
      cuts += 1;
      for (const socket of sockets) socket.end();
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(brokerPort, '127.0.0.1');
    pass(near, far, 'to-broker');
    pass(far, near, 'from-broker');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    cutAfter: (bytes, direction) => {
      left[direction] = bytes;
    },
    cut: () => {
      isCut = true;
      cuts += 1;
      for (const socket of sockets) socket.destroy();
    },
    restore: () => {
      isCut = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
