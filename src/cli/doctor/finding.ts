/** What one check has found. `skip`: it could not be made, for a reason that another finding or the message tells. */
export interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'warn' | 'fail' | 'skip';
  readonly message: string;
  /** What puts it right; null where nothing has to be done. */
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
