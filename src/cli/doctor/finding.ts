/** The result of one check. `skip`: the check was not possible; the message gives the reason. */
export interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'warn' | 'fail' | 'skip';
  readonly message: string;
  /** How to fix it, or `null` if there is nothing to do. */
  readonly remedy: string | null;
}

export function ok(check: string, message: string): Finding {
  return { check, verdict: 'ok', message, remedy: null };
}

export function warn(check: string, message: string, remedy: string): Finding {
  return { check, verdict: 'warn', message, remedy: remedy };
}

export function fail(check: string, message: string, remedy: string): Finding {
  return { check, verdict: 'fail', message, remedy: remedy };
}

export function skip(check: string, message: string): Finding {
  return { check, verdict: 'skip', message, remedy: null };
}
