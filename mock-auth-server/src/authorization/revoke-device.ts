import type { MockContext } from '../mock-context.js';
import { inTransaction } from '../mock-context.js';

/** Removes the authorization of a device: revokes its license tokens, and every later refresh fails. */
export function revokeDevice(context: MockContext, deviceId: string): void {
  const hadAuthorization = inTransaction(context, () =>
    context.grants.revokeDevice(deviceId, 'revoked', context.now()),
  );
  if (hadAuthorization) context.log(`authorization of ${deviceId} removed`);
}
