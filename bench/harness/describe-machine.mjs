import { availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os';

/**
 * @typedef {object} Machine
 * @property {string} processor
 * @property {number} cores
 * @property {number} memoryGiB
 * @property {string} system
 * @property {string} node
 * @property {number} loadAverage at the start
 */

/** @returns {Machine} */
export function describeMachine() {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: platform(),
    node: process.versions.node,
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}
