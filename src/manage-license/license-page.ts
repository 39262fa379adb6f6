import type { LicenseView } from '../domain/license-view.js';
import type { Reader } from './reader.js';
import type { NoticeKind } from './texts.js';
import type { Visitor } from './views/layout.js';

/** The pending user code, or how it ended. Holds no secret of the flow: never the device code. */
export interface AuthorizationView {
  readonly state: 'pending' | 'denied' | 'expired' | 'refused';
  /** In the Authorization server's words; null unless refused. */
  readonly refusal: string | null;
  readonly userCode: string;
  readonly expiresAt: Date;
}

/** What came of a person's last click, shown once. */
export interface Notice {
  readonly kind: NoticeKind;
  /** What the service noted of it, in technical words. */
  readonly detail: string | null;
}

/** Everything that the Manage License page shows. */
export interface LicensePage {
  readonly license: LicenseView;
  readonly authorization: AuthorizationView | null;
  readonly notice: Notice | null;
  /** Where a person authorizes this server; null where nothing is to be authorized. */
  readonly authorizationServerUrl: string | null;
  readonly visitor: Visitor;
  readonly reader: Reader;
  readonly version: string;
}

/** Whether the page shows how to acquire a license: there is none, or the one there is cannot be refreshed. */
export function isAcquiring(license: LicenseView): boolean {
  return license.status === 'unlicensed' || license.reauthorizationRequired;
}
