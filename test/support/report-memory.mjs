// Loaded into a process under test by `--import`: at SIGUSR2 it collects what is garbage and writes what is left.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const report = { usedBytes: heapUsed + external, resources: resources.length };
  process.stdout.write(`memory ${JSON.stringify(report)}\n`);
});
