import { dayMs, hourMs, minuteMs } from './simulate-fleet.mjs';

/** @typedef {import('./simulate-fleet.mjs').Scenario} Scenario */

const fromMs = 10 * dayMs;
const retryAfterMs = hourMs;
/** The longest wait between two attempts. */
const settledMs = 15 * minuteMs;

/** @param {number} atMs @param {number} lengthMs */
const isWithin = (atMs, lengthMs) => atMs >= fromMs && atMs < fromMs + lengthMs;

/** @type {Scenario} */
export const steady = { name: 'steady', title: 'Normal operation', days: 30, answer: () => 'granted' };

/** @type {Scenario} */
export const restart = {
  name: 'restart',
  title: 'All servers off for 12 h, and started within a minute',
  days: 30,
  answer: () => 'granted',
  off: { fromMs, toMs: fromMs + dayMs / 2 },
};

/** @type {Scenario} */
export const outage = {
  name: 'outage',
  title: 'The Authorization server away for 24 h',
  days: 30,
  answer: (atMs) => (isWithin(atMs, dayMs) ? 'unreachable' : 'granted'),
};

/** @type {Scenario} */
export const busy = {
  name: 'busy',
  title: 'The Authorization server answers 429 for 24 h, Retry-After 1 h',
  days: 30,
  answer: (atMs) => (isWithin(atMs, dayMs) ? { retryAfterMs } : 'granted'),
};

/** The time from which the fleet is in normal operation again. A later peak is a second wave. */
export const wavesFromMs = {
  restart: fromMs + dayMs,
  outage: fromMs + dayMs + settledMs,
  busy: fromMs + dayMs + retryAfterMs + settledMs,
};

export const eventMs = { fromMs, toMs: fromMs + dayMs };
