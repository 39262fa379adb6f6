import type { LicenseView } from '../domain/license-view.js';
import { type Message, texts } from './texts.js';

export interface Warning {
  readonly tone: 'warning' | 'bad';
  readonly message: Message;
  /** When it ends or began, and since when or until when that is. */
  readonly instants: readonly { readonly label: string; readonly at: Date }[];
  /** In the Authorization server's or the service's own words. */
  readonly detail: string | null;
}

const { warnings } = texts;

/** Lists what a person should know or do about the license, the most pressing first. */
export function collectWarnings(license: LicenseView): Warning[] {
  if (license.status === 'unlicensed') return [];
  return [
    warnOfRenewal(license),
    warnOfReauthorization(license),
    warnOfToken(license),
    warnOfConnection(license),
    warnOfClock(license),
  ].filter((warning) => warning !== null);
}

function warnOfRenewal({ status, renewalDate }: LicenseView): Warning | null {
  const instants = renewalDate === null ? [] : [{ label: texts.license.fields.renewalDate, at: renewalDate }];
  if (status === 'expired') return { tone: 'bad', message: warnings.expired, instants, detail: null };
  if (status !== 'requires-renewal') return null;
  return { tone: 'warning', message: warnings.requiresRenewal, instants, detail: null };
}

function warnOfReauthorization({ reauthorizationRequired, token }: LicenseView): Warning | null {
  if (!reauthorizationRequired) return null;
  return { tone: 'bad', message: warnings.reauthorization, instants: expiryOf(token), detail: null };
}

function warnOfToken({ token }: LicenseView): Warning | null {
  if (token.status !== 'expiring' && token.status !== 'expired') return null;
  return token.status === 'expired'
    ? { tone: 'bad', message: warnings.tokenExpired, instants: expiryOf(token), detail: null }
    : { tone: 'warning', message: warnings.tokenExpiring, instants: expiryOf(token), detail: null };
}

function warnOfConnection({ connection, token, reauthorizationRequired }: LicenseView): Warning | null {
  const { offlineSince, lastError } = connection;
  const nextTry = token.nextRefreshAt === null ? [] : [{ label: warnings.nextTry, at: token.nextRefreshAt }];
  if (offlineSince !== null) {
    const instants = [{ label: warnings.since, at: offlineSince }, ...nextTry];
    return { tone: 'warning', message: warnings.offline, instants, detail: lastError?.message ?? null };
  }
  // That the grant is dead is what the call for another authorization says already.
  if (lastError === null || reauthorizationRequired) return null;
  return { tone: 'warning', message: warnings.refused, instants: nextTry, detail: lastError.message };
}

function warnOfClock({ clockSuspect }: LicenseView): Warning | null {
  if (!clockSuspect) return null;
  return { tone: 'warning', message: warnings.clockSuspect, instants: [], detail: null };
}

function expiryOf({ expiresAt }: LicenseView['token']): Warning['instants'] {
  return expiresAt === null ? [] : [{ label: warnings.until, at: expiresAt }];
}
