const defaultMaxPerPeer = 64;

/**
 * Limits the requests that are answered concurrently, in total and for each peer. So a peer that sends too many harms only
 * itself.
 */
export class RequestLimit {
  private total = 0;
  private readonly countOf = new Map<string, number>();

  constructor(
    private readonly max: number,
    private readonly maxPerPeer = defaultMaxPerPeer,
  ) {}

  /** Returns whether one more request may be answered; `end` must then follow. @param peer `null` if unknown */
  begin(peer: string | null): boolean {
    const count = peer === null ? 0 : (this.countOf.get(peer) ?? 0);
    if (this.total >= this.max || count >= this.maxPerPeer) return false;
    this.total += 1;
    if (peer !== null) this.countOf.set(peer, count + 1);
    return true;
  }

  end(peer: string | null): void {
    this.total -= 1;
    if (peer === null) return;
    const count = (this.countOf.get(peer) ?? 0) - 1;
    if (count > 0) this.countOf.set(peer, count);
    else this.countOf.delete(peer);
  }
}
