// Loaded into a process under test by `--import`. At SIGUSR2 it prints the memory after garbage collection, and the
// number of resources that keep its event loop alive.
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Compiled and optimized code of V8 is not a leak, and can be larger than one.
for (const flag of ['--expose-gc', '--no-flush-bytecode', '--no-opt']) setFlagsFromString(flag);
const collect = runInNewContext('gc');
const rounds = 4;

async function report() {
  // Objects that a finalizer releases are garbage in the next round.
  for (let round = 0; round < rounds; round += 1) {
    collect();
    await sleep(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().length;
  process.stdout.write(`memory ${JSON.stringify({ usedBytes: heapUsed + external, resources })}\n`);
}

process.on('SIGUSR2', () => void report());
