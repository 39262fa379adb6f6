export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
export const binMs = 5 * minuteMs;

/** @typedef {typeof import('../../src/domain/refresh-schedule.js')} Schedule */
/** @typedef {'granted' | 'unreachable' | { retryAfterMs: number }} Answer */

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {(atMs: number) => Answer} answer of the Authorization server at that time
 * @property {{ fromMs: number, toMs: number }} [off] while all servers are switched off
 * @property {number} days
 */

/**
 * The result of a simulation. Time starts at 0; a bin is 5 minutes.
 * @typedef {object} FleetLoad
 * @property {Uint32Array} calls of the Authorization server in each bin
 * @property {Uint32Array} grants
 * @property {number} ended servers whose token ended before it was refreshed
 * @property {number} leastLeftMs the shortest remaining lifetime of a token when it was replaced
 * @property {number} earlyCalls calls before the end of their Retry-After
 */

/**
 * @typedef {object} FleetOptions
 * @property {Schedule} schedule
 * @property {Scenario} scenario
 * @property {number} servers
 */

const tokenLifeMs = 7 * dayMs;
const refreshIntervalMs = dayMs;
const seed = 1;

/**
 * Simulates the refreshes of a fleet under a virtual clock, with the schedule and the backoff of the product. It starts in
 * normal operation: each server at a random time between two refreshes.
 * @param {FleetOptions} options
 * @returns {FleetLoad}
 */
export function simulateFleet(options) {
  const fleet = new Fleet(options);
  fleet.populate();
  return fleet.run();
}

/** Has one slot for each second, with a linked list (`next`) of the servers that are due. */
class Fleet {
  /** @param {FleetOptions} options */
  constructor({ schedule, scenario, servers }) {
    this.schedule = schedule;
    this.scenario = scenario;
    this.servers = servers;
    this.random = seedRandom(seed);
    const endMs = scenario.days * dayMs;
    this.slots = new Int32Array(endMs / secondMs).fill(-1);
    this.next = new Int32Array(servers).fill(-1);
    this.dueAt = new Float64Array(servers);
    this.receivedAt = new Float64Array(servers);
    this.notBefore = new Float64Array(servers);
    this.failures = new Uint16Array(servers);
    this.offsets = Float64Array.from({ length: servers }, (_, index) =>
      schedule.stableOffset(`srv-${index}`),
    );
    /** @type {FleetLoad} */
    this.load = {
      calls: new Uint32Array(endMs / binMs),
      grants: new Uint32Array(endMs / binMs),
      ended: 0,
      leastLeftMs: tokenLifeMs,
      earlyCalls: 0,
    };
  }

  populate() {
    for (let server = 0; server < this.servers; server += 1) {
      const periodMs = this.firstRefreshMs(server, 0, false);
      const ageMs = this.random() * periodMs;
      this.receivedAt[server] = -ageMs;
      this.plan(server, periodMs - ageMs);
    }
  }

  /** @returns {FleetLoad} */
  run() {
    const { off } = this.scenario;
    for (let slot = 0; slot < this.slots.length; slot += 1) {
      // A call can plan another call in the same second.
      for (let server = this.take(slot); server !== -1; server = this.take(slot)) {
        const atMs = this.dueAt[server] ?? 0;
        if (off && atMs >= off.fromMs && atMs < off.toMs) this.startLate(server, off.toMs);
        else this.call(server, atMs);
      }
    }
    for (const receivedMs of this.receivedAt) {
      if (receivedMs + tokenLifeMs < this.scenario.days * dayMs) this.load.ended += 1;
    }
    return this.load;
  }

  /** @param {number} slot @returns {number} a server that is due, or -1 */
  take(slot) {
    const server = this.slots[slot] ?? -1;
    if (server !== -1) this.slots[slot] = this.next[server] ?? -1;
    return server;
  }

  /** @param {number} server @param {number} atMs */
  plan(server, atMs) {
    this.dueAt[server] = atMs;
    const slot = Math.floor(atMs / secondMs);
    if (slot >= this.slots.length) return;
    this.next[server] = this.slots[slot] ?? -1;
    this.slots[slot] = server;
  }

  /** Plans the missed refresh of a server that was off. @param {number} server @param {number} onMs */
  startLate(server, onMs) {
    const startedMs = onMs + this.random() * minuteMs;
    const { schedule } = this;
    const token = this.tokenOf(this.receivedAt[server] ?? 0);
    const at = schedule.missedRefreshAt(
      token,
      refreshIntervalMs,
      this.offsets[server] ?? 0,
      new Date(startedMs),
    );
    this.plan(server, at.getTime());
  }

  /** @param {number} server @param {number} atMs */
  call(server, atMs) {
    const bin = Math.floor(atMs / binMs);
    this.load.calls[bin] = (this.load.calls[bin] ?? 0) + 1;
    if (atMs < (this.notBefore[server] ?? 0)) this.load.earlyCalls += 1;
    const answer = this.scenario.answer(atMs);
    if (answer === 'granted') this.grant(server, atMs, bin);
    else this.retry(server, atMs, answer === 'unreachable' ? 0 : answer.retryAfterMs);
  }

  /** @param {number} server @param {number} atMs @param {number} bin */
  grant(server, atMs, bin) {
    const leftMs = (this.receivedAt[server] ?? 0) + tokenLifeMs - atMs;
    this.load.leastLeftMs = Math.min(this.load.leastLeftMs, leftMs);
    if (leftMs < 0) this.load.ended += 1;
    this.load.grants[bin] = (this.load.grants[bin] ?? 0) + 1;
    this.receivedAt[server] = atMs;
    const hasFailed = (this.failures[server] ?? 0) > 0;
    this.failures[server] = 0;
    this.plan(server, this.firstRefreshMs(server, atMs, hasFailed));
  }

  /** @param {number} server @param {number} atMs @param {number} askedMs */
  retry(server, atMs, askedMs) {
    const { schedule } = this;
    const failures = (this.failures[server] ?? 0) + 1;
    this.failures[server] = failures;
    const retryAfterMs = schedule.honoredRetryAfterMs(askedMs, tokenLifeMs, refreshIntervalMs);
    this.notBefore[server] = atMs + askedMs;
    this.plan(server, atMs + schedule.retryDelayMs(failures, tokenLifeMs, this.random(), retryAfterMs));
  }

  /** @param {number} server @param {number} receivedMs @param {boolean} hasFailed */
  firstRefreshMs(server, receivedMs, hasFailed) {
    const offset = this.offsets[server] ?? 0;
    return this.schedule
      .firstRefreshAt(this.tokenOf(receivedMs), refreshIntervalMs, offset, hasFailed)
      .getTime();
  }

  /** @param {number} receivedMs */
  tokenOf(receivedMs) {
    const issuedAt = new Date(receivedMs);
    return { issuedAt, receivedAt: issuedAt, expiresAt: new Date(receivedMs + tokenLifeMs) };
  }
}

/** Returns a repeatable random generator (mulberry32). @param {number} from */
function seedRandom(from) {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
