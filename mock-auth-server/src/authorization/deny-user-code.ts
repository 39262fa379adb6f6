import type { MockContext } from '../mock-context.js';
import { inTransaction } from '../mock-context.js';
import type { Judged } from './check-approval.js';
import { findPendingCode } from './check-approval.js';

/** Denies a user code permanently: the next poll of its client gets `access_denied`. */
export function denyUserCode(context: MockContext, enteredUserCode: string): Judged<object> {
  const outcome = inTransaction(context, () => {
    const found = findPendingCode(context, enteredUserCode);
    if (found.ok) context.deviceCodes.setState(found.code, 'denied');
    return found;
  });
  context.log(outcome.ok ? 'user code denied' : `user code not denied: ${outcome.refusal.code}`);
  return outcome;
}
