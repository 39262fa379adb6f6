import type { PreviousServer } from '../domain/license-state.js';
import type { LicenseView } from '../domain/license-view.js';
import type { RenderContext } from './render-context.js';
import type { Message, NoticeKind } from './texts.js';
import type { Visitor } from './views/layout.js';

/** The pending user code, or how it ended. It never contains the device code, which is secret. */
export interface AuthorizationView {
  readonly state: 'pending' | 'denied' | 'expired' | 'refused';
  /** The reason that the Authorization server gives; `null` unless refused. */
  readonly refusal: string | null;
  readonly userCode: string;
  /** The page of the Authorization server with the user code filled in; `null` if it offers none. */
  readonly linkWithCode: string | null;
  readonly expiresAt: Date;
}

/** The outcome of a person's last click, shown until the next one. */
export interface Notice {
  readonly kind: NoticeKind;
  /** A technical description of the outcome; `null` if there is none. */
  readonly detail: string | null;
}

/** The time that this machine shows, and the last time that the Authorization server confirmed, advanced since. */
export interface Clocks {
  readonly machineAt: Date;
  readonly trustedAt: Date | null;
}

interface LabeledInstant {
  readonly label: string;
  readonly at: Date;
  /** An instant that a corrected clock may place in the future: the page shows it as just passed. */
  readonly isPast?: boolean;
}

export interface Warning {
  readonly tone: 'warning' | 'bad';
  readonly message: Message;
  /** The labeled instants that belong to the warning, such as its beginning or the next try. */
  readonly instants: readonly LabeledInstant[];
  /** Whether a person does something about it on the Authorization server. */
  readonly isForServer: boolean;
  /** The message of the service or the Authorization server; `null` if there is none. */
  readonly detail: string | null;
}

/** Everything that the Manage License page shows. */
export interface LicensePage {
  readonly license: LicenseView;
  readonly authorization: AuthorizationView | null;
  readonly notice: Notice | null;
  /** What a person should know or do, the most urgent first. */
  readonly warnings: readonly Warning[];
  /** The server that this one was before; `null` unless the last acquisition changed it. */
  readonly previousServer: PreviousServer | null;
  /** What the clocks show if they disagree; `null` if the clock of this server is right. */
  readonly clocks: Clocks | null;
  /** The page on which a person authorizes or renews this server; `null` if there is nothing to do. */
  readonly authorizationServerUrl: string | null;
  readonly visitor: Visitor;
  readonly context: RenderContext;
  readonly version: string;
}

/** Returns whether the page shows how to acquire a license: there is none, or it can no longer be refreshed. */
export function isAcquiring(license: LicenseView): boolean {
  return license.status === 'unlicensed' || license.reauthorizationRequired;
}
