// Loaded into a process under test by `--import`: at SIGUSR2 it writes what is left in its memory once the garbage is
// gone, and how much keeps its event loop alive.
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// What V8 compiles, optimizes and forgets again is no leak, and weighs more than one.
for (const flag of ['--expose-gc', '--no-flush-bytecode', '--no-opt']) setFlagsFromString(flag);
const collect = runInNewContext('gc');
const rounds = 4;

async function report() {
  // What a finalizer lets go is garbage for the next round.
  for (let round = 0; round < rounds; round += 1) {
    collect();
    await sleep(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().length;
  process.stdout.write(`memory ${JSON.stringify({ usedBytes: heapUsed + external, resources })}\n`);
}

process.on('SIGUSR2', () => void report());
