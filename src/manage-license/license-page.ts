import type { LicenseView } from '../domain/license-view.js';
import type { RenderContext } from './render-context.js';
import type { NoticeKind } from './texts.js';
import type { Visitor } from './views/layout.js';

/** The pending user code, or how it ended. It never contains the device code, which is secret. */
export interface AuthorizationView {
  readonly state: 'pending' | 'denied' | 'expired' | 'refused';
  /** The reason that the Authorization server gives; `null` unless refused. */
  readonly refusal: string | null;
  readonly userCode: string;
  readonly expiresAt: Date;
}

/** The outcome of a person's last click, shown once. */
export interface Notice {
  readonly kind: NoticeKind;
  /** A technical description of the outcome; `null` if there is none. */
  readonly detail: string | null;
}

/** Everything that the Manage License page shows. */
export interface LicensePage {
  readonly license: LicenseView;
  readonly authorization: AuthorizationView | null;
  readonly notice: Notice | null;
  /** The page on which a person authorizes this server; `null` if there is nothing to authorize. */
  readonly authorizationServerUrl: string | null;
  readonly visitor: Visitor;
  readonly context: RenderContext;
  readonly version: string;
}

/** Returns whether the page shows how to acquire a license: there is none, or it can no longer be refreshed. */
export function isAcquiring(license: LicenseView): boolean {
  return license.status === 'unlicensed' || license.reauthorizationRequired;
}
