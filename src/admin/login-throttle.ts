import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../domain/ports/clock.js';
import { AdminToken } from './admin-token.js';

/** The number of mistakes, such as typing errors, without a delay. */
const freeMistakes = 5;
const firstDelayMs = 250;
/** The longest delay, however many attempts come from the same address. */
const maxDelayMs = 2000;
const forgivenAfterMs = 10 * 60_000;
const maxAddresses = 10_000;
const maxWaiting = 200;

/**
 * The outcome of a login attempt. `isSlowed` is set if earlier mistakes from the same address delayed it. `refused` means
 * that too many attempts are waiting and that the token was not compared.
 */
export type LoginOutcome =
  { readonly kind: 'right' | 'wrong'; readonly isSlowed: boolean } | { kind: 'refused' };

interface Mistakes {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * Compares candidates with the admin token, with a growing delay after mistakes from the same address. The correct token
 * waits as long as an incorrect one, so that the delay reveals nothing. It is always accepted: nobody is locked out.
 */
@Injectable()
export class LoginThrottle {
  private readonly logger = new Logger('Login');
  private readonly mistakes = new Map<string, Mistakes>();
  private waiting = 0;

  constructor(
    private readonly adminToken: AdminToken,
    private readonly clock: Clock,
  ) {}

  async attempt(address: string, candidate: string): Promise<LoginOutcome> {
    if (this.waiting >= maxWaiting) return { kind: 'refused' };
    const isRight = this.adminToken.matches(candidate);
    const delayMs = this.delayMsFor(address);
    // Counted before the delay, so that concurrent attempts add up.
    if (!isRight) this.count(address);
    if (delayMs > 0) await this.wait(delayMs);
    if (isRight) this.mistakes.delete(address);
    return { kind: isRight ? 'right' : 'wrong', isSlowed: delayMs > 0 };
  }

  private delayMsFor(address: string): number {
    const count = this.recent(address)?.count ?? 0;
    if (count < freeMistakes) return 0;
    return Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(count - freeMistakes, 30));
  }

  private count(address: string): void {
    const count = (this.recent(address)?.count ?? 0) + 1;
    // Inserted at the end, so that the first key is the address with the oldest mistake.
    this.mistakes.delete(address);
    this.mistakes.set(address, { count, lastAt: this.clock.now().getTime() });
    const [quietest] = this.mistakes.keys();
    if (quietest !== undefined && this.mistakes.size > maxAddresses) this.mistakes.delete(quietest);
    if (count === freeMistakes)
      this.logger.warn(`${count} incorrect admin tokens from ${address}: further attempts are delayed.`);
  }

  private recent(address: string): Mistakes | undefined {
    const mistakes = this.mistakes.get(address);
    if (mistakes === undefined) return undefined;
    return Math.abs(this.clock.now().getTime() - mistakes.lastAt) < forgivenAfterMs ? mistakes : undefined;
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
