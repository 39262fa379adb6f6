// Loaded by `--import` into each process of a stack; acts in the service and the mock. It forces garbage collections in
// the two ways that differ for a native addon: called from JavaScript, and wherever an allocation happens to need one.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const collectEveryMs = 250;
const allocateEveryMs = 50;

if (/\bdist[/\\]main\.js$/.test(process.argv[1] ?? '')) {
  setFlagsFromString('--expose-gc');
  setInterval(runInNewContext('gc'), collectEveryMs).unref();
  setInterval(() => void allocate(), allocateEveryMs).unref();
}

async function allocate() {
  for (let round = 0; round < 500; round += 1) await Array.from({ length: 1000 }, () => round);
}
