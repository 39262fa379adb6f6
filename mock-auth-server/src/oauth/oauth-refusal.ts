import type { LicenseRefusal } from '../domain/license-refusal.js';

/** An error answer of an OAuth endpoint (RFC 6749 section 5.2). */
export interface OAuthRefusal {
  error: string;
  description: string;
  /** The HTTP status. Default: 400. */
  status?: number;
  /** Set only if the license is the reason for `access_denied`, not a person. */
  licenseRefusal?: LicenseRefusal;
}

export type OAuthOutcome<T> = ({ ok: true } & T) | { ok: false; refusal: OAuthRefusal };

export function refuse(error: string, description: string): { ok: false; refusal: OAuthRefusal } {
  return { ok: false, refusal: { error, description } };
}
