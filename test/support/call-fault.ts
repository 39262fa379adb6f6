/** Selects the N-th call from now, alone or with all calls after it. */
export interface InjectionPoint {
  readonly at: number;
  readonly isPermanent: boolean;
}

/** Counts calls and fails the selected ones. A test repeats with N = 1, 2, 3 … until no call fails. */
export class CallFault {
  /** Calls since the last `injectAt` or `heal`. */
  calls = 0;
  /** Failed calls since the last `injectAt`. */
  injected = 0;
  private next: InjectionPoint | null = null;

  injectAt(point: InjectionPoint): void {
    this.calls = 0;
    this.injected = 0;
    this.next = point;
  }

  heal(): void {
    this.next = null;
    this.calls = 0;
  }

  /** Returns whether this call must fail. */
  protected shouldFail(): boolean {
    this.calls += 1;
    if (this.next === null || this.calls < this.next.at) return false;
    if (!this.next.isPermanent && this.injected > 0) return false;
    this.injected += 1;
    return true;
  }
}
