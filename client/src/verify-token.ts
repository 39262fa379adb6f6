import type { NatsConnection } from '@nats-io/transport-node';
import { LicenseServerError } from './license-server-error.js';

const SUBJECT = 'svc.licensing.verify';
const TIMEOUT_MS = 5_000;

/** The license token of another device, as that device presented it. */
export interface VerificationRequest {
  readonly token: string;
  /** The DPoP proof that was sent with it (RFC 9449); required for a bound token. */
  readonly proof?: string;
  /** The method of the request that the proof was sent with (RFC 9449 section 4.2). */
  readonly htm?: string;
  /** The URL of that request. */
  readonly htu?: string;
}

/** The server's verdict on a token, as sent in JSON. */
export type Verification =
  | {
      readonly active: true;
      readonly deviceId: string;
      readonly kind: 'server' | 'register';
      readonly features: readonly string[];
      /** ISO 8601, UTC: the end of the token. */
      readonly expiresAt: string;
    }
  | {
      readonly active: false;
      readonly error: string;
      /** With `nonce-required`: the nonce that the other device must include in a new proof (`DPoP-Nonce`). */
      readonly nonce?: string;
    };

/** Asks the server, over its broker, to verify a token. @throws LicenseServerError `no-answer`, `answer-not-readable` */
export async function verifyToken(
  connection: NatsConnection,
  request: VerificationRequest,
): Promise<Verification> {
  const { token, proof, htm, htu } = request;
  const body = JSON.stringify({ token, proof, htm, htu });
  const answer = await connection.request(SUBJECT, body, { timeout: TIMEOUT_MS }).catch((cause: unknown) => {
    throw new LicenseServerError('no-answer', 'The server did not answer the verification request.', cause);
  });
  const verification = parseVerification(answer.string());
  if (verification !== null) return verification;
  throw new LicenseServerError(
    'answer-not-readable',
    'The answer of the server is not a valid verification.',
  );
}

/** Accepts a token only if all members of the answer are valid. */
function parseVerification(text: string): Verification | null {
  const answer = parseJson(text);
  if (typeof answer !== 'object' || answer === null) return null;
  const { active, deviceId, kind, features, expiresAt, error, nonce } = answer as Record<string, unknown>;
  if (active === false) {
    const reason = typeof error === 'string' ? error : 'unknown';
    return typeof nonce === 'string' ? { active, error: reason, nonce } : { active, error: reason };
  }
  const isGood =
    active === true &&
    typeof deviceId === 'string' &&
    (kind === 'server' || kind === 'register') &&
    Array.isArray(features) &&
    typeof expiresAt === 'string';
  return isGood ? { active, deviceId, kind, features: features.map(String), expiresAt } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
