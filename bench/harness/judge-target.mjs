import { fitExponent, median, spread, uncertaintyOf } from './statistics.mjs';

/** Above this distance between the quartiles, as a part of the median, a baseline is too noisy to judge a target. */
const maxSpread = 0.25;

/** @typedef {Map<string, Map<string, number[]>>} Samples by contender and figure, one value per round */

/**
 * @typedef {object} Judged
 * @property {string} what is compared
 * @property {number} value
 * @property {string} wanted
 * @property {boolean} isMet
 * @property {boolean} isNoisy whether the baseline varied too much, or the ratios too much for their distance from the
 *   target, to judge a target that is not met
 */

/** @param {import('./benchmark.mjs').Target} target @param {Samples} samples @returns {Judged} */
export function judgeTarget(target, samples) {
  switch (target.kind) {
    case 'ratio':
      return judgeRatio(target, samples);
    case 'limit':
      return judgeLimit(target, samples);
    case 'growth':
      return judgeGrowth(target, samples);
    default:
      throw new Error('Unknown kind of target.');
  }
}

/** @param {import('./benchmark.mjs').RatioTarget} target @param {Samples} samples @returns {Judged} */
function judgeRatio({ figure, ours, other, atLeast, atMost = Infinity }, samples) {
  const others = valuesOf(samples, other, figure);
  const ratios = valuesOf(samples, ours, figure).map((cost, round) => {
    const baseline = others[round] ?? Number.NaN;
    return atLeast === undefined ? cost / baseline : baseline / cost;
  });
  const value = median(ratios);
  const limit = atLeast ?? atMost;
  return {
    isNoisy: spread(others) > maxSpread || Math.abs(value - limit) < uncertaintyOf(ratios),
    what: `${ours} : ${other}, ${figure}`,
    value,
    wanted: atLeast === undefined ? `≤ ${atMost} × its cost` : `≥ ${atLeast} × its speed`,
    isMet: atLeast === undefined ? value <= atMost : value >= atLeast,
  };
}

/** @param {import('./benchmark.mjs').LimitTarget} target @param {Samples} samples @returns {Judged} */
function judgeLimit({ figure, ours, atMost }, samples) {
  const value = median(valuesOf(samples, ours, figure));
  return { isNoisy: false, what: `${ours}, ${figure}`, value, wanted: `≤ ${atMost}`, isMet: value <= atMost };
}

/** @param {import('./benchmark.mjs').GrowthTarget} target @param {Samples} samples @returns {Judged} */
function judgeGrowth({ figure, atMost }, samples) {
  const points = [...samples].map(([size, kept]) => ({
    size: Number(size),
    cost: median(kept.get(figure) ?? []),
  }));
  const value = fitExponent(points);
  return {
    isNoisy: false,
    what: `exponent of ${figure}`,
    value,
    wanted: `≤ ${atMost}`,
    isMet: value <= atMost,
  };
}

/** @param {Samples} samples @param {string} contender @param {string} figure */
function valuesOf(samples, contender, figure) {
  const values = samples.get(contender)?.get(figure);
  if (values === undefined) throw new Error(`"${contender}" has no figure "${figure}".`);
  return values;
}
