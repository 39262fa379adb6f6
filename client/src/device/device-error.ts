/**
 * Why a device has no license token, or no newer one:
 * - `not-authorized`: there is no license token; `authorize()` acquires one.
 * - `authorization-denied`, `user-code-expired`: what a person did, or did not do, with the user code.
 * - `license-refused`: the Authorization server says that the license is used up, inactive or expired.
 * - `grant-dead`: the authorization was removed there: only `authorize()` helps.
 * - `wrong-device-kind`: a server was chosen for a register, or the other way round.
 * - `token-not-acceptable`: what came is no license token for this device and its key.
 * - `authorization-server-unreachable`, `authorization-server-refused`: no answer, or one that nobody expects.
 * - `storage-unusable`: the state of the device cannot be read or kept.
 * - `hub-unknown`: the token names no server to connect to, and no option does.
 * - `stopped`: `stop()` was called.
 */
export type DeviceErrorCode =
  | 'not-authorized'
  | 'authorization-denied'
  | 'user-code-expired'
  | 'license-refused'
  | 'grant-dead'
  | 'wrong-device-kind'
  | 'token-not-acceptable'
  | 'authorization-server-unreachable'
  | 'authorization-server-refused'
  | 'storage-unusable'
  | 'hub-unknown'
  | 'stopped';

/** Something a device cannot do now. The `code` stays as it is; the message is for a person and holds no secret. */
export class DeviceError extends Error {
  readonly code: DeviceErrorCode;
  /** How long the Authorization server asks to wait before the next try. */
  readonly retryAfterMs: number;

  constructor(
    code: DeviceErrorCode,
    message: string,
    { cause, retryAfterMs = 0 }: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DeviceError';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
