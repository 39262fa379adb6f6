// Loaded by `--import` into each process of a stack, active in the service and the mock. It forces garbage collections in
// the two ways that differ for a native addon: by a call from JavaScript, and by allocations.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A start collects by itself, even outside JavaScript, where an addon can fail although it survives a call. */
const startMs = 5_000;
const collectEveryMs = 1_000;
const allocateEveryMs = 100;

if (/\bdist[/\\]main\.js$/.test(process.argv[1] ?? '')) setTimeout(force, startMs).unref();

function force() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  setInterval(() => collect(), collectEveryMs).unref();
  setInterval(() => void allocate(), allocateEveryMs).unref();
}

async function allocate() {
  for (let round = 0; round < 200; round += 1)
    await Promise.resolve(Array.from({ length: 1000 }, () => round));
}
