import { judgeTarget } from './judge-target.mjs';
import { median } from './statistics.mjs';

/** A target that cannot be judged yet is measured in up to so many times the rounds of its benchmark. */
const mostRepetitions = 3;

/** @typedef {import('./benchmark.mjs').Benchmark} Benchmark */
/** @typedef {import('./judge-target.mjs').Samples} Samples */

/**
 * @typedef {object} BenchmarkResult
 * @property {string} name
 * @property {string} title
 * @property {string} how
 * @property {Readonly<Record<string, string>>} figures
 * @property {number} rounds
 * @property {string} [exception] why its targets may be missed
 * @property {Record<string, Record<string, number>>} medians
 * @property {import('./judge-target.mjs').Judged[]} judged
 */

/**
 * Runs a benchmark: in each round every contender once, beginning with a different one, so that a slow moment of the machine
 * affects all of them. While a target is missed by less than the rounds differ, more rounds follow.
 * @param {Benchmark} benchmark
 * @param {import('../fixtures/fixtures.mjs').Fixtures} fixtures
 * @param {{ isQuick: boolean, onProgress: (text: string) => void }} options
 * @returns {Promise<BenchmarkResult>}
 */
export async function measureBenchmark(benchmark, fixtures, { isQuick, onProgress }) {
  const rounds = Math.min(benchmark.rounds ?? 7, isQuick ? 3 : Infinity);
  onProgress('preparing');
  const prepared = await benchmark.prepare(fixtures, { isQuick });
  const { contenders } = prepared;
  try {
    /** @type {Samples} */
    const samples = new Map(contenders.map(({ name }) => [name, new Map()]));
    const most = isQuick ? rounds : rounds * mostRepetitions;
    const isUndecided = () => benchmark.targets.some((target) => isNotJudged(judgeTarget(target, samples)));
    let round = 0;
    for (; round < rounds || (round < most && isUndecided()); round += 1) {
      for (let turn = 0; turn < contenders.length; turn += 1) {
        const contender = contenders[(round + turn) % contenders.length];
        if (contender === undefined) continue;
        onProgress(`round ${round + 1} of ${Math.max(rounds, round + 1)}: ${contender.name}`);
        record(samples, contender.name, await contender.round());
      }
    }
    return summarize(benchmark, round, samples);
  } finally {
    await prepared.close?.();
  }
}

/** @param {import('./judge-target.mjs').Judged} judged */
const isNotJudged = ({ isMet, isNoisy }) => !isMet && isNoisy;

/** @param {Samples} samples @param {string} contender @param {Record<string, number>} figures */
function record(samples, contender, figures) {
  const kept = samples.get(contender);
  for (const [figure, value] of Object.entries(figures)) {
    kept?.set(figure, [...(kept.get(figure) ?? []), value]);
  }
}

/** @param {Benchmark} benchmark @param {number} rounds @param {Samples} samples @returns {BenchmarkResult} */
function summarize({ name, title, how, figures, targets, exception }, rounds, samples) {
  const medians = Object.fromEntries(
    [...samples].map(([contender, kept]) => [
      contender,
      Object.fromEntries([...kept].map(([figure, values]) => [figure, median(values)])),
    ]),
  );
  return {
    name,
    title,
    how,
    figures,
    rounds,
    ...(exception !== undefined && { exception }),
    medians,
    judged: targets.map((target) => judgeTarget(target, samples)),
  };
}
