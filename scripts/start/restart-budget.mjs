/** How often a process may be started again: a fault that passes is healed, one that stays is told. */
export class RestartBudget {
  /** @type {number[]} */
  #restarts = [];
  #maxRestarts;
  #windowMs;

  /** @param {{ maxRestarts: number, windowMs: number }} limits */
  constructor({ maxRestarts, windowMs }) {
    this.#maxRestarts = maxRestarts;
    this.#windowMs = windowMs;
  }

  /** @param {number} nowMs @returns {boolean} whether one more is within the limits; if so, it is counted */
  take(nowMs) {
    this.#restarts = this.#restarts.filter((restartMs) => nowMs - restartMs < this.#windowMs);
    if (this.#restarts.length >= this.#maxRestarts) return false;
    this.#restarts.push(nowMs);
    return true;
  }
}
