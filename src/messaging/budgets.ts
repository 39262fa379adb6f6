import { setBounded } from '../peers/tokens/set-bounded.js';

interface Budget {
  readonly left: number;
  readonly at: number;
}

/** A budget for each key, which refills with time. */
export class Budgets {
  private readonly budgets = new Map<string, Budget>();

  /** @param max what a key has at first and at most */
  constructor(
    private readonly max: number,
    private readonly perSecond: number,
    private readonly maxKeys: number,
  ) {}

  /** Returns what is left for a key; it is negative if too much was spent. */
  left(key: string): number {
    const now = performance.now();
    const { left, at } = this.budgets.get(key) ?? { left: this.max, at: now };
    return Math.min(this.max, left + ((now - at) / 1000) * this.perSecond);
  }

  /** Takes an amount from the budget of a key, and returns what is left. */
  spend(key: string, amount: number): number {
    const left = Math.max(-this.max, this.left(key) - amount);
    this.budgets.delete(key);
    setBounded(this.budgets, key, { left, at: performance.now() }, this.maxKeys);
    return left;
  }
}
