import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandError } from '../command-error.mjs';
import { compileSimulation } from './compile-simulation.mjs';
import { compareCoverage, unreachableCount } from './unreached-branches.mjs';

const defaultCalls = 20_000;
/** So many calls reach every branch and cause every kind of fault. */
const fullCalls = 2_000_000;
const callsOfWorld = 10_000;
const workers = 2;
const stepsOfCorner = 12;
const yearMs = 365.25 * 86_400_000;

/** Simulates stores and reports what happened. @param {string[]} words */
export async function runSimulation(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      seed: { type: 'string' },
      calls: { type: 'string' },
      planted: { type: 'boolean' },
      corner: { type: 'boolean' },
    },
  });
  const folder = compileSimulation();
  await import('reflect-metadata');
  const seed = values.seed === undefined ? undefined : readNumber('seed', values.seed);
  const calls = values.calls === undefined ? undefined : readNumber('calls', values.calls);
  if (values.planted) await findPlantedBugs(folder);
  else if (values.corner) await searchSmallWorld(folder);
  else if (seed !== undefined) await replay(folder, seed, calls ?? callsOfWorld);
  else await simulateMany(folder, calls ?? defaultCalls);
}

/** @param {string} name @param {string} text */
function readNumber(name, text) {
  if (!/^\d{1,9}$/.test(text)) throw new CommandError(`--${name} must be a whole number.`);
  return Number(text);
}

/** Runs one world and shrinks what it finds. @param {string} folder @param {number} seed @param {number} calls */
async function replay(folder, seed, calls) {
  const { simulate } = await import(join(folder, 'test/simulation/simulate.js'));
  const { shrink } = await import(join(folder, 'test/simulation/shrink.js'));
  const found = await simulate({ seed, calls, isNoted: true });
  if (found.violation === null) {
    console.log(found.timeline.join('\n'));
    console.log(
      `\nSeed ${seed}: no violation in ${found.calls} calls (trace ${found.traceHash.toString(16)}).`,
    );
    return;
  }
  console.log(`Seed ${seed} violates "${found.violation.name}". Looking for the fewest faults …`);
  const short = await shrink(found);
  console.log(`\n${short.timeline.join('\n')}\n`);
  throw new CommandError(
    `Seed ${seed}: "${short.violation.name}" (${short.violation.detail}) after ${short.calls} calls and ` +
      `${short.faultKeys.length} faults: ${short.faultKeys.join(', ')}.`,
  );
}

/** Runs many worlds in two processes. @param {string} folder @param {number} calls */
async function simulateMany(folder, calls) {
  const beganAt = performance.now();
  const report = { calls: 0, ms: 0, calms: 0, worlds: 0, faults: new Map(), arms: new Map() };
  /** @type {{ seed: number, name: string }[]} */
  const violations = [];
  const running = Array.from({ length: workers }, (_, index) => {
    const words = [folder, index + 1, workers, Math.ceil(calls / workers), Math.min(callsOfWorld, calls)];
    const worker = fork(join(import.meta.dirname, 'simulate-worker.mjs'), words.map(String));
    worker.on('message', (message) => collect(report, violations, message));
    return once(worker, 'exit');
  });
  const codes = (await Promise.all(running)).map(([code]) => code);
  print(report, (performance.now() - beganAt) / 1000);
  for (const { seed, name } of violations) console.log(`Seed ${seed} violates "${name}".`);
  const [first] = violations;
  if (first) {
    throw new CommandError(`"${first.name}" is violated: npm run simulate -- --seed ${first.seed}`);
  }
  if (codes.some((code) => code !== 0)) throw new CommandError('A worker ended with an error.');
  if (calls >= fullCalls) checkComplete(report);
}

/** Requires that a long run has caused and reached everything. @param {any} report */
function checkComplete({ faults, arms }) {
  const absent = [...faults].filter(([, count]) => count === 0).map(([kind]) => kind);
  if (absent.length > 0) throw new CommandError(`No fault of these kinds: ${absent.join(', ')}.`);
  const { unexpected, stale } = compareCoverage(arms);
  if (unexpected.length > 0) throw new CommandError(`Not reached: ${unexpected.join('; ')}.`);
  if (stale.length > 0)
    throw new CommandError(`Reached or unknown, so remove from unreached-branches.mjs: ${stale.join('; ')}.`);
}

/** @param {any} report @param {any[]} violations @param {any} message of a worker */
function collect(report, violations, message) {
  if (message.kind === 'coverage') {
    for (const [place, count] of message.arms) report.arms.set(place, count + (report.arms.get(place) ?? 0));
    return;
  }
  const { calls, simulatedMs, calms, faults, violation, seed } = message.result;
  report.worlds += 1;
  if (report.worlds % 20 === 0) console.log(`${report.worlds} worlds, ${report.calls} calls …`);
  report.calls += calls;
  report.ms += simulatedMs;
  report.calms += calms;
  for (const [kind, count] of faults) report.faults.set(kind, (report.faults.get(kind) ?? 0) + count);
  if (violation !== null) violations.push({ seed, name: violation.name });
}

/** @param {any} report @param {number} seconds */
function print({ calls, ms, calms, worlds, faults, arms }, seconds) {
  const kinds = [...faults].toSorted((a, b) => b[1] - a[1]);
  const total = kinds.reduce((sum, [, count]) => sum + count, 0);
  for (const [kind, count] of kinds) console.log(`${String(count).padStart(9)}  ${kind}`);
  const { missed } = compareCoverage(arms);
  const reached = [...arms.values()].filter(Boolean).length;
  if (missed.length > 0) console.log(`\nBranches that no run has reached:\n  ${missed.join('\n  ')}`);
  console.log(
    `\n${calls} calls in ${worlds} worlds with ${total} faults of ${kinds.filter(([, count]) => count > 0).length} kinds and ${calms} days of calm: ` +
      `${(ms / yearMs).toFixed(1)} years in ${seconds.toFixed(0)} s. ` +
      `${reached} of ${arms.size} branches of the core and the use cases reached (${unreachableCount} cannot be).`,
  );
}

/** Tries all orders in a world of one server with at most two faults. @param {string} folder */
async function searchSmallWorld(folder) {
  const beganAt = performance.now();
  const { searchCorner } = await import(join(folder, 'test/simulation/corner.js'));
  const { states, runs, pairs, choices, violation } = await searchCorner(stepsOfCorner);
  const seconds = ((performance.now() - beganAt) / 1000).toFixed(0);
  console.log(
    `${states} distinct states of ${stepsOfCorner} steps with ${pairs} pairs of faults in ${runs} runs and ${seconds} s.`,
  );
  if (violation !== null) {
    throw new CommandError(
      `"${violation.name}" (${violation.detail}) with the choices ${choices.join(' ')}.`,
    );
  }
}

/** @param {string} folder */
async function findPlantedBugs(folder) {
  const { findAll } = await import(join(folder, 'test/simulation/find-planted-bugs.js'));
  const missed = await findAll(/** @param {string} line */ (line) => console.log(line));
  if (missed.length > 0) throw new CommandError(`Not found: ${missed.join(', ')}.`);
}
