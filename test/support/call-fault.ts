/** Which call is struck: the N-th from now, and that one alone or all from it on. */
export interface Strike {
  readonly at: number;
  readonly isForGood: boolean;
}

/** Counts calls, and strikes the N-th of them: the loop "fail at 1, 2, 3 … until a run has met no fault". */
export class CallFault {
  /** Calls since the last `strike` or `heal`. */
  calls = 0;
  /** Calls that were struck since the last `strike`. */
  struck = 0;
  private next: Strike | null = null;

  injectAt(injectAt: Strike): void {
    this.calls = 0;
    this.struck = 0;
    this.next = injectAt;
  }

  heal(): void {
    this.next = null;
    this.calls = 0;
  }

  /** Whether this call is to fail. */
  protected meets(): boolean {
    this.calls += 1;
    if (this.next === null || this.calls < this.next.at) return false;
    if (!this.next.isForGood && this.struck > 0) return false;
    this.struck += 1;
    return true;
  }
}
