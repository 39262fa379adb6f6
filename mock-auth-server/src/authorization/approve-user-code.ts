import type { Device } from '../domain/model.js';
import type { MockContext } from '../mock-context.js';
import { inTransaction } from '../mock-context.js';
import type { Judged } from './check-approval.js';
import { checkApproval } from './check-approval.js';

/** Authorizes a device: the next poll of its code returns the tokens, and its old authorization ends. */
export function approveUserCode(
  context: MockContext,
  enteredUserCode: string,
  deviceId: string,
): Judged<{ device: Device }> {
  const outcome = inTransaction(context, (): Judged<{ device: Device }> => {
    const now = context.now();
    context.grants.endUnclaimed(now);
    const checked = checkApproval(context, enteredUserCode, deviceId);
    if (!checked.ok) return checked;
    const grant = context.grants.authorize(deviceId, checked.code.clientId, now);
    context.deviceCodes.setState(checked.code, 'approved', grant.id);
    return { ok: true, device: checked.device };
  });
  context.log(
    outcome.ok ? `user code approved for ${deviceId}` : `user code not approved: ${outcome.refusal.code}`,
  );
  return outcome;
}
