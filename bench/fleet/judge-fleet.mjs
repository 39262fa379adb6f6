import { eventMs, wavesFromMs } from './scenarios.mjs';
import { binMs, dayMs, hourMs } from './simulate-fleet.mjs';

/** @typedef {import('./simulate-fleet.mjs').FleetLoad} FleetLoad */

/**
 * Returns the figures of a scenario that have a bound.
 * @param {string} name
 * @param {FleetLoad} load
 * @param {number} [stepMs] the length of a step of time; longer for a small fleet, in which chance matters more
 * @returns {Record<string, number>}
 */
export function judgeFleet(name, { calls, ended, leastLeftMs, earlyCalls }, stepMs = binMs) {
  const load = new Counted(calls, stepMs);
  const meanCalls = load.mean(0, eventMs.fromMs);
  const kept = { 'tokens ended': ended, 'least left': leastLeftMs / hourMs };
  const { fromMs, toMs } = eventMs;
  switch (name) {
    case 'steady':
      return { 'peak : mean': load.peak(0) / load.mean(0), ...kept };
    case 'restart':
      return {
        'peak : mean': load.peak(fromMs, wavesFromMs.restart) / meanCalls,
        'second wave : mean': load.peak(wavesFromMs.restart) / meanCalls,
        ...kept,
      };
    case 'outage':
      return {
        'recovery : tries before': load.peak(toMs, wavesFromMs.outage) / load.mean(toMs - 6 * hourMs, toMs),
        'second wave : mean': load.peak(wavesFromMs.outage) / meanCalls,
        ...kept,
      };
    case 'busy':
      return {
        'peak : mean': load.peak(toMs - 6 * hourMs, toMs) / load.mean(toMs - 6 * hourMs, toMs),
        'calls too early': earlyCalls,
        'second wave : mean': load.peak(wavesFromMs.busy) / meanCalls,
        ...kept,
      };
    default:
      throw new Error(`There is no scenario ${name}.`);
  }
}

/** Calls of the Authorization server in steps of time. */
class Counted {
  /** @param {Uint32Array} bins @param {number} stepMs */
  constructor(bins, stepMs) {
    this.stepMs = stepMs;
    this.steps = new Float64Array(Math.floor((bins.length * binMs) / stepMs));
    for (const [index, count] of bins.entries()) {
      const step = Math.floor((index * binMs) / stepMs);
      this.steps[step] = (this.steps[step] ?? 0) + count;
    }
  }

  /** @param {number} fromMs @param {number} [toMs] */
  peak(fromMs, toMs) {
    return Math.max(...this.#within(fromMs, toMs));
  }

  /** @param {number} fromMs @param {number} [toMs] */
  mean(fromMs, toMs) {
    const steps = this.#within(fromMs, toMs);
    return steps.reduce((sum, count) => sum + count, 0) / steps.length;
  }

  /** @param {number} fromMs @param {number} toMs */
  #within(fromMs, toMs = 30 * dayMs) {
    return this.steps.subarray(Math.ceil(fromMs / this.stepMs), Math.ceil(toMs / this.stepMs));
  }
}
