import type { MockContext } from '../mock-context.js';
import type { SessionStore } from '../store/session-store.js';
import { AttemptLimiter } from './attempt-limiter.js';
import type { LoginCheck } from './login-check.js';

const minuteMs = 60_000;

/** The state of the pages, in addition to the shared parts of the server. */
export interface PageContext {
  mock: MockContext;
  sessions: SessionStore;
  login: LoginCheck;
  /** By address, so that an attacker does not lock out people at other addresses. */
  loginAttempts: AttemptLimiter;
  /** By session: after five incorrect user codes the sixth is refused (RFC 8628 section 5.1). */
  userCodeAttempts: AttemptLimiter;
  /** Over all sessions, so that repeated logins do not bypass the limit of one session. */
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
