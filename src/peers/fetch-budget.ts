import { setBounded } from './tokens/set-bounded.js';

interface Allowance {
  readonly left: number;
  readonly countedAt: number;
}

interface Rate {
  readonly burst: number;
  readonly refillMs: number;
}

/** Bounds the requests at the Authorization server that all peers together can cause. */
const overall: Rate = { burst: 10, refillMs: 30_000 };
/** Smaller, so that one address with made-up keys leaves fetches to the others. */
const perAddress: Rate = { burst: 3, refillMs: 60_000 };
const maxAddresses = 1024;

/** Limits the fetches of keys that unverified tokens cause, overall and for each address (RFC 9068 section 4). */
export class FetchBudget {
  private readonly byAddress = new Map<string, Allowance>();
  private total: Allowance | undefined;

  /** Takes one fetch. Returns whether it is within the budget. */
  take(address: string): boolean {
    const now = performance.now();
    const own = allowanceAt(now, this.byAddress.get(address), perAddress);
    const total = allowanceAt(now, this.total, overall);
    if (own.left < 1 || total.left < 1) return false;
    this.byAddress.delete(address);
    setBounded(this.byAddress, address, { ...own, left: own.left - 1 }, maxAddresses);
    this.total = { ...total, left: total.left - 1 };
    return true;
  }
}

function allowanceAt(now: number, known: Allowance | undefined, { burst, refillMs }: Rate): Allowance {
  if (known === undefined) return { left: burst, countedAt: now };
  const left = Math.min(burst, known.left + (now - known.countedAt) / refillMs);
  return { left, countedAt: now };
}
