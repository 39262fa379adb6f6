import { median } from './statistics.mjs';

/** @typedef {import('./row.mjs').Row} Row */
/** @typedef {import('./row.mjs').Comparison} Comparison */
/** @typedef {Record<string, Record<string, number[]>>} Samples contender, figure, one value a round */

/**
 * @typedef {object} Judged
 * @property {Comparison} comparison
 * @property {number} ratio the median of the rounds' ratios
 * @property {boolean} isMet
 */

/**
 * @typedef {object} RowResult
 * @property {string} name
 * @property {string} title
 * @property {string} how
 * @property {Record<string, string>} figures
 * @property {number} rounds
 * @property {Record<string, Record<string, number>>} medians
 * @property {Judged[]} judged
 */

/**
 * Measures a row: in each round every contender once, each round beginning with another one, so that what else the
 * machine does meets all of them alike.
 * @param {Row} row
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {{ isQuick: boolean, onProgress: (text: string) => void }} options
 * @returns {Promise<RowResult>}
 */
export async function measureRow(row, stage, { isQuick, onProgress }) {
  const rounds = isQuick ? 3 : (row.rounds ?? 7);
  onProgress('preparing');
  const { contenders, close } = await row.prepare(stage, { isQuick });
  try {
    /** @type {Samples} */
    const samples = Object.fromEntries(contenders.map(({ name }) => [name, {}]));
    for (let round = 0; round < rounds; round += 1) {
      for (let turn = 0; turn < contenders.length; turn += 1) {
        const contender = contenders[(round + turn) % contenders.length];
        if (contender === undefined) continue;
        onProgress(`round ${round + 1} of ${rounds}: ${contender.name}`);
        record(samples, contender.name, await contender.round());
      }
    }
    return summarize(row, rounds, samples);
  } finally {
    await close?.();
  }
}

/** @param {Samples} samples @param {string} contender @param {Record<string, number>} figures */
function record(samples, contender, figures) {
  for (const [figure, value] of Object.entries(figures)) {
    const kept = (samples[contender] ??= {});
    (kept[figure] ??= []).push(value);
  }
}

/** @param {Row} row @param {number} rounds @param {Samples} samples @returns {RowResult} */
function summarize({ name, title, how, figures, comparisons }, rounds, samples) {
  const medians = Object.fromEntries(
    Object.entries(samples).map(([contender, kept]) => [
      contender,
      Object.fromEntries(Object.entries(kept).map(([figure, values]) => [figure, median(values)])),
    ]),
  );
  const judged = comparisons.map((comparison) => judge(comparison, samples));
  return { name, title, how, figures, rounds, medians, judged };
}

/** @param {Comparison} comparison @param {Samples} samples @returns {Judged} */
function judge(comparison, samples) {
  const ours = samples[comparison.ours]?.[comparison.figure] ?? [];
  const others = samples[comparison.other]?.[comparison.figure] ?? [];
  const { atLeast, atMost } = comparison;
  const ratios = ours.map((cost, round) => {
    const other = others[round] ?? Number.NaN;
    return atLeast === undefined ? cost / other : other / cost;
  });
  const ratio = median(ratios);
  const isMet = atLeast === undefined ? ratio <= (atMost ?? Infinity) : ratio >= atLeast;
  return { comparison, ratio, isMet };
}
