import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../domain/ports/clock.js';
import { AdminToken } from './admin-token.js';
import { networkOf } from './network-of.js';

/** The number of mistakes of one network, such as typing errors, without a delay. */
const freeMistakes = 5;
const firstDelayMs = 250;
/** The longest delay, however many attempts there are. */
const maxDelayMs = 2000;
const forgivenAfterMs = 10 * 60_000;
const maxNetworks = 10_000;
/** The number of delayed answers; beyond it, incorrect tokens are refused without a delay. */
const maxWaiting = 200;
/** Mistakes of all networks together: a burst without a delay, and the rate at which it is available again. */
const freeMistakesOfAll = 50;
const forgivenPerSecond = 1;

/** An incorrect token. `isSlowed` is set if earlier mistakes delayed the answer. */
export type Mistake = { readonly kind: 'wrong'; readonly isSlowed: boolean } | { readonly kind: 'refused' };

/** The outcome of a login attempt. */
export type LoginOutcome = { readonly kind: 'right' } | Mistake;

interface Mistakes {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * Compares candidates with the admin token. The correct token is always accepted without a delay, whatever others do.
 * Incorrect ones are delayed: after mistakes of the same network, and after many mistakes of all networks together.
 */
@Injectable()
export class LoginThrottle {
  private readonly logger = new Logger('Login');
  private readonly mistakes = new Map<string, Mistakes>();
  private mistakesOfAll: Mistakes = { count: 0, lastAt: 0 };
  private waiting = 0;

  constructor(
    private readonly adminToken: AdminToken,
    private readonly clock: Clock,
  ) {}

  async attempt(address: string, candidate: string): Promise<LoginOutcome> {
    return this.accepts(address, candidate) ? { kind: 'right' } : this.slowDown(address);
  }

  /** Returns whether a candidate is the admin token. The caller must slow down the answer to an incorrect one. */
  accepts(address: string, candidate: string): boolean {
    if (!this.adminToken.matches(candidate)) return false;
    if (this.mistakes.size > 0) this.mistakes.delete(networkOf(address));
    return true;
  }

  /** Counts a mistake and resolves after its delay. */
  async slowDown(address: string): Promise<Mistake> {
    const network = networkOf(address);
    this.logger.warn(`Incorrect admin token from ${network}.`);
    // Counted before the delay, so that concurrent attempts add up.
    const delayMs = Math.max(this.countOfNetwork(network), this.countOfAll());
    if (delayMs === 0) return { kind: 'wrong', isSlowed: false };
    if (this.waiting >= maxWaiting) return { kind: 'refused' };
    await this.wait(delayMs);
    return { kind: 'wrong', isSlowed: true };
  }

  /** Counts a mistake and returns its delay. */
  private countOfNetwork(network: string): number {
    const now = this.clock.now().getTime();
    const earlier = this.mistakes.get(network);
    const count =
      earlier !== undefined && Math.abs(now - earlier.lastAt) < forgivenAfterMs ? earlier.count : 0;
    // Inserted at the end, so that the first key is the network with the oldest mistake.
    this.mistakes.delete(network);
    this.mistakes.set(network, { count: count + 1, lastAt: now });
    const [quietest] = this.mistakes.keys();
    if (quietest !== undefined && this.mistakes.size > maxNetworks) this.mistakes.delete(quietest);
    if (count < freeMistakes) return 0;
    return Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(count - freeMistakes, 30));
  }

  private countOfAll(): number {
    const now = this.clock.now().getTime();
    const { count, lastAt } = this.mistakesOfAll;
    const forgiven = (Math.abs(now - lastAt) / 1000) * forgivenPerSecond;
    const remaining = Math.max(0, count - forgiven);
    const isFree = remaining < freeMistakesOfAll;
    this.mistakesOfAll = { count: isFree ? remaining + 1 : remaining, lastAt: now };
    return isFree ? 0 : maxDelayMs;
  }

  private async wait(delayMs: number): Promise<void> {
    this.waiting += 1;
    try {
      await this.clock.sleep(delayMs);
    } finally {
      this.waiting -= 1;
    }
  }
}
