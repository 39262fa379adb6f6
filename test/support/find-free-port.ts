import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the range from which the system assigns ports, and a part for each worker: another test could receive such a port
// between this check and its use, or while a broker restarts.
const portsPerWorker = 4000;
const firstPort = 10_240 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 5) * portsPerWorker;
const lastPort = firstPort + portsPerWorker - 1;
const maxTries = 100;
let candidate = randomInt(firstPort, lastPort);

/** Returns a TCP port on loopback that was free a moment ago, and that this process has not returned before. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < maxTries; tries++) {
    candidate = candidate >= lastPort ? firstPort : candidate + 1;
    // A copy, because a concurrent caller changes the candidate.
    const port = candidate;
    if (await isFree(port)) return port;
  }
  throw new Error(`No port was free in ${maxTries} tries.`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
