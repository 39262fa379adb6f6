import type { MockContext } from '../mock-context.js';
import { inTransaction } from '../mock-context.js';

/** Removes the authorization of a device: every later refresh fails. Returns `false` if it has none. */
export function revokeDevice(context: MockContext, deviceId: string): boolean {
  const hadAuthorization = inTransaction(context, () =>
    context.grants.endLive(deviceId, 'revoked', context.now()),
  );
  if (hadAuthorization) context.log(`authorization of ${deviceId} removed`);
  return hadAuthorization;
}
