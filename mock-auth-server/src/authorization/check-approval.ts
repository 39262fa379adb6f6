import { describeLicenseRefusal, findLicenseRefusal } from '../domain/license-refusal.js';
import type { Device, DeviceCode } from '../domain/model.js';
import { normalizeUserCode } from '../domain/user-code.js';
import type { MockContext } from '../mock-context.js';
import { findClientForKind } from '../oauth/clients.js';

export type ApprovalRefusalCode =
  | 'user-code-unknown'
  | 'user-code-expired'
  | 'user-code-used'
  | 'device-unknown'
  | 'wrong-device-kind'
  | 'license-expired'
  | 'license-inactive'
  | 'license-used-up';

/** The HTTP status of each refusal, for the pages and the controls. */
export const approvalRefusalStatus: Record<ApprovalRefusalCode, number> = {
  'user-code-unknown': 404,
  'user-code-expired': 410,
  'user-code-used': 409,
  'device-unknown': 404,
  'wrong-device-kind': 409,
  'license-expired': 409,
  'license-inactive': 409,
  'license-used-up': 409,
};

export interface ApprovalRefusal {
  code: ApprovalRefusalCode;
  reason: string;
}

export type Judged<T> = ({ ok: true } & T) | { ok: false; refusal: ApprovalRefusal };

/** Returns the pending code that a person entered, or the refusal. */
export function findPendingCode(context: MockContext, enteredUserCode: string): Judged<{ code: DeviceCode }> {
  const userCode = normalizeUserCode(enteredUserCode);
  const code = userCode === null ? null : context.deviceCodes.findByUserCode(userCode);
  if (code === null) {
    return refuseApproval('user-code-unknown', 'unknown user code: compare it with the license page');
  }
  if (code.state !== 'pending') {
    return refuseApproval(
      'user-code-used',
      'this user code was already used: choose Next on the license page again',
    );
  }
  if (context.now() >= code.expiresAt) {
    return refuseApproval(
      'user-code-expired',
      'this user code has expired: choose Next on the license page again',
    );
  }
  return { ok: true, code };
}

/** Returns whether a person may authorize this device with this user code now. It writes nothing. */
export function checkApproval(
  context: MockContext,
  enteredUserCode: string,
  deviceId: string,
): Judged<{ code: DeviceCode; device: Device }> {
  const found = findPendingCode(context, enteredUserCode);
  if (!found.ok) return found;
  const device = context.customers.findDevice(deviceId);
  if (device === null) return refuseApproval('device-unknown', 'there is no such device');
  const wanted = findClientForKind(device.kind);
  if (found.code.clientId !== wanted.clientId) {
    const asking = device.kind === 'server' ? 'a register' : 'a server';
    return refuseApproval(
      'wrong-device-kind',
      `this user code was issued to ${asking}, but ${device.id} is a ${device.kind}: choose another device`,
    );
  }
  const refusal = findLicenseRefusalOf(context, device);
  return refusal === null ? { ok: true, code: found.code, device } : { ok: false, refusal };
}

function findLicenseRefusalOf(context: MockContext, device: Device): ApprovalRefusal | null {
  const license = context.customers.findLicense(device.licenseId);
  if (!license) throw new Error(`the device ${device.id} has no license`);
  const refusal = findLicenseRefusal(license, context.grants.countSeatsBefore(device), context.now());
  if (refusal === null) return null;
  return { code: `license-${refusal}`, reason: describeLicenseRefusal(refusal, license) };
}

function refuseApproval(code: ApprovalRefusalCode, reason: string): { ok: false; refusal: ApprovalRefusal } {
  return { ok: false, refusal: { code, reason } };
}
