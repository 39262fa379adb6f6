// Loaded into a service under test (node --expose-gc --import): at SIGUSR2 it writes what is left in its memory once the
// garbage is gone, and what keeps its event loop alive, as a line of JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';

// What V8 compiles, optimizes and forgets again is no leak, and weighs more than one.
for (const flag of ['--no-flush-bytecode', '--no-opt']) setFlagsFromString(flag);

const rounds = 4;

async function report() {
  // What a finalizer lets go is garbage for the next round.
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.();
    await sleep(20);
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().length;
  process.stdout.write(`${JSON.stringify({ memory: { heapUsed, arrayBuffers, rss, resources } })}\n`);
}

process.on('SIGUSR2', () => void report());
