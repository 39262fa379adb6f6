import type { MockContext } from '../mock-context.js';
import type { SessionStore } from '../store/session-store.js';
import { AttemptLimiter } from './attempt-limiter.js';
import type { LoginCheck } from './login-check.js';

const minuteMs = 60_000;

/** What the pages need beside the rest of the server. */
export interface PageContext {
  mock: MockContext;
  sessions: SessionStore;
  login: LoginCheck;
  /** By address: a stranger who guesses must not lock out the person, who is elsewhere. */
  loginAttempts: AttemptLimiter;
  /** By session: five wrong user codes, the sixth is refused (RFC 8628 section 5.1). */
  userCodeAttempts: AttemptLimiter;
  /** Over all sessions, so that logging in again and again does not help. */
  allUserCodeAttempts: AttemptLimiter;
}

export function createPageContext(mock: MockContext, sessions: SessionStore, login: LoginCheck): PageContext {
  return {
    mock,
    sessions,
    login,
    loginAttempts: new AttemptLimiter(5, minuteMs),
    userCodeAttempts: new AttemptLimiter(5, 10 * minuteMs),
    allUserCodeAttempts: new AttemptLimiter(50, 10 * minuteMs),
  };
}
