import type { HubServer, Organization } from '../license-view.js';

/** The license of a device, as its license token contains it. */
export interface DeviceLicense {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly kind: 'server' | 'register';
  readonly organization: Organization;
  readonly features: readonly string[];
  /** The license is expired from this instant on, even if the token is still valid; `null` if it has no end. */
  readonly renewalDate: Date | null;
  /** The server that this device connects to; `null` if none is set at the Authorization server. */
  readonly hub: HubServer | null;
  readonly tokenIssuedAt: Date;
  readonly tokenExpiresAt: Date;
  /** RFC 7638 thumbprint of the key that the token is bound to; `null` if it is not bound. */
  readonly keyThumbprint: string | null;
}
