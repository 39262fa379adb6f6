import type { HubServer, Organization } from '../license-view.js';

/** What the license token of a device says of it. */
export interface DeviceLicense {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly kind: 'server' | 'register';
  readonly organization: Organization;
  readonly features: readonly string[];
  /** From then on the license does not hold, whatever the token says; null: no such date. */
  readonly renewalDate: Date | null;
  /** The server that this device connects to; null: none was chosen at the Authorization server. */
  readonly hub: HubServer | null;
  readonly tokenIssuedAt: Date;
  readonly tokenExpiresAt: Date;
  /** Thumbprint of the key that the token is bound to; null: it is not bound. */
  readonly keyThumbprint: string | null;
}
