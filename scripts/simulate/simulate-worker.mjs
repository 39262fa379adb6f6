import { join } from 'node:path';
import { startCoverage } from './measure-coverage.mjs';

/** Runs every `step`-th world from `first` on, and sends the results to its parent. */
const [folder = '', first = '0', step = '1', calls = '0', callsOfWorld = '0'] = process.argv.slice(2);
// Functions that ran before have no counters.
const stopCoverage = await startCoverage();
await import('reflect-metadata');
const { simulate } = await import(join(folder, 'test/simulation/simulate.js'));

let isViolated = false;
for (let done = 0, seed = Number(first); done < Number(calls) && !isViolated; seed += Number(step)) {
  const { timeline: _timeline, faults, ...result } = await simulate({ seed, calls: Number(callsOfWorld) });
  done += result.calls;
  isViolated = result.violation !== null;
  process.send?.({ kind: 'world', result: { ...result, faults: [...faults] } });
}
process.send?.({ kind: 'coverage', arms: await stopCoverage() }, () => process.exit());
