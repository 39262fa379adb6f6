import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the ports that the system hands out by itself: one of those could go to another test between look and use.
const firstPort = 10_240;
const lastPort = 32_000;
const maxTries = 100;
let candidate = randomInt(firstPort, lastPort);

/** A TCP port on loopback that nobody had a moment ago, and that this process has not been given before. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < maxTries; tries++) {
    candidate = candidate >= lastPort ? firstPort : candidate + 1;
    // Kept apart, as another caller moves on while this one looks.
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
