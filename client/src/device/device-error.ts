/**
 * The reason why a device has no license token, or cannot get a new one:
 * - `not-authorized`: the device has no license token. Call `authorize()`.
 * - `authorization-denied`: a person denied the user code, or the license was refused without a stated reason.
 * - `user-code-expired`: the user code was not entered in time. Call `authorize()` again.
 * - `license-refused`: the license is used up, inactive or expired at the Authorization server.
 * - `grant-dead`: the Authorization server no longer accepts the grant. Call `authorize()`.
 * - `wrong-device-kind`: a server was chosen for a register, or a register for a server.
 * - `token-not-acceptable`: the token is malformed, or not bound to the key of this device.
 * - `authorization-server-unreachable`: no usable answer. Try again later.
 * - `authorization-server-refused`: the Authorization server refused the request for another reason.
 * - `storage-unusable`: the state of the device cannot be read or written.
 * - `hub-unknown`: neither the token nor an option names the server to connect to.
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

/** Reports a failure of a device. The `code` is stable. The message is for a person and contains no secret. */
export class DeviceError extends Error {
  readonly code: DeviceErrorCode;
  /** The `Retry-After` of the Authorization server in milliseconds; 0 if it sent none. */
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
