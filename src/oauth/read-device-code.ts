import type { DeviceAuthorizationResponse } from 'openid-client';
import { toPlainText } from '../domain/claim-values.js';
import type { IssuedDeviceCode } from '../domain/ports/authorization-server.js';
import { UnsuitableError } from './unsuitable-error.js';

/** The default interval (RFC 8628 section 3.2). */
const defaultIntervalSeconds = 5;
const maxIntervalSeconds = 60;
const maxLifeSeconds = 86_400;
const maxUserCodeCharacters = 64;
const maxDeviceCodeCharacters = 8192;
/** A longer link has a QR code that phones cannot read from a screen. */
const maxCompleteCharacters = 512;

/** Reads the answer to a device authorization request within its bounds. @throws UnsuitableError */
export function readDeviceCode(
  answer: DeviceAuthorizationResponse,
  isLink: (link: string) => boolean,
): Omit<IssuedDeviceCode, 'kind' | 'dpopKey'> {
  const { device_code: deviceCode, user_code: userCode, verification_uri: verificationUri } = answer;
  const { verification_uri_complete: complete } = answer;
  if (deviceCode.length > maxDeviceCodeCharacters) {
    throw new UnsuitableError(`"device_code" must have at most ${maxDeviceCodeCharacters} characters.`);
  }
  if (userCode.length > maxUserCodeCharacters || toPlainText(userCode, userCode.length) !== userCode) {
    throw new UnsuitableError(
      `"user_code" must be a text of at most ${maxUserCodeCharacters} characters that a person can enter.`,
    );
  }
  if (!isLink(verificationUri)) {
    throw new UnsuitableError('"verification_uri" must be an https URL.');
  }
  return {
    deviceCode,
    userCode,
    verificationUri,
    // It is only a convenience, so one that cannot be used counts as absent.
    verificationUriComplete:
      complete !== undefined && complete.length <= maxCompleteCharacters && isLink(complete)
        ? complete
        : null,
    expiresInSeconds: Math.min(answer.expires_in, maxLifeSeconds),
    intervalSeconds: Math.min(answer.interval ?? defaultIntervalSeconds, maxIntervalSeconds),
  };
}
