import { minTokenLifeMs, tokenLifeMs } from '../domain/license.js';
import type { LicenseView } from '../domain/license-view.js';
import type { LicensePage, Warning } from './license-page.js';
import type { Texts } from './texts.js';

type WarnedPage = Pick<LicensePage, 'license' | 'previousServer' | 'clocks'> & {
  readonly context: Pick<LicensePage['context'], 'texts'>;
};

/** Lists what a person should know or do about the license, the most urgent first. */
export function collectWarnings(page: WarnedPage): Warning[] {
  const { license } = page;
  const { texts } = page.context;
  if (license.status === 'unlicensed') return [];
  return [
    warnOfChangedServer(page),
    warnOfRenewal(license, texts),
    warnOfReauthorization(license, texts),
    warnOfToken(license, texts),
    warnOfConnection(license, texts),
    warnOfClock(page),
    warnOfShortLife(license, texts),
  ].filter((warning) => warning !== null);
}

function warnOfChangedServer({ license, previousServer, context }: WarnedPage): Warning | null {
  if (previousServer === null) return null;
  const { title, text } = context.texts.warnings.serverChanged;
  const [now, before] = [nameServer(license), nameServer(previousServer)];
  return {
    tone: 'warning',
    message: { title: title(now), text: text(now, before) },
    instants: [],
    isForServer: true,
    detail: null,
  };
}

/** Returns a server as a person finds it on the Authorization server. */
export function nameServer({ serverName, serverId }: Pick<LicenseView, 'serverName' | 'serverId'>): string {
  return `${serverName} (${serverId})`;
}

function warnOfRenewal({ status, renewalDate }: LicenseView, { license, warnings }: Texts): Warning | null {
  const instants = renewalDate === null ? [] : [{ label: license.fields.renewalDate, at: renewalDate }];
  const forServer = { instants, isForServer: true, detail: null };
  if (status === 'expired') return { tone: 'bad', message: warnings.expired, ...forServer };
  if (status !== 'requires-renewal') return null;
  return { tone: 'warning', message: warnings.requiresRenewal, ...forServer };
}

function warnOfReauthorization(
  { reauthorizationRequired, token }: LicenseView,
  texts: Texts,
): Warning | null {
  if (!reauthorizationRequired) return null;
  const message = texts.warnings.reauthorization;
  return { tone: 'bad', message, instants: expiryOf(token, texts), isForServer: true, detail: null };
}

function warnOfToken({ token }: LicenseView, texts: Texts): Warning | null {
  if (token.status !== 'expiring' && token.status !== 'expired') return null;
  const { tokenExpired, tokenExpiring } = texts.warnings;
  const common = { instants: expiryOf(token, texts), isForServer: false, detail: null };
  return token.status === 'expired'
    ? { tone: 'bad', message: tokenExpired, ...common }
    : { tone: 'warning', message: tokenExpiring, ...common };
}

function warnOfConnection(
  { connection, token, reauthorizationRequired }: LicenseView,
  { warnings }: Texts,
): Warning | null {
  const { offlineSince, lastError } = connection;
  const nextTry = token.nextRefreshAt === null ? [] : [{ label: warnings.nextTry, at: token.nextRefreshAt }];
  if (offlineSince !== null) {
    const instants = [{ label: warnings.since, at: offlineSince, isPast: true }, ...nextTry];
    const detail = lastError?.message ?? null;
    return { tone: 'warning', message: warnings.offline, instants, isForServer: false, detail };
  }
  // The reauthorization warning covers the refusal that caused it.
  if (lastError === null || reauthorizationRequired) return null;
  const { message: detail } = lastError;
  return { tone: 'warning', message: warnings.refused, instants: nextTry, isForServer: true, detail };
}

function warnOfClock({ license, clocks, context }: WarnedPage): Warning | null {
  if (!license.clockSuspect) return null;
  const { clockSuspect, machineTime, trustedTime } = context.texts.warnings;
  const instants = [
    clocks && { label: machineTime, at: clocks.machineAt },
    clocks?.trustedAt && { label: trustedTime, at: clocks.trustedAt },
  ].filter((instant) => instant !== null && instant !== undefined);
  return { tone: 'warning', message: clockSuspect, instants, isForServer: false, detail: null };
}

function warnOfShortLife({ token }: LicenseView, { warnings }: Texts): Warning | null {
  const { issuedAt, expiresAt } = token;
  if (issuedAt === null || expiresAt === null) return null;
  if (tokenLifeMs({ issuedAt, expiresAt }) >= minTokenLifeMs) return null;
  return { tone: 'warning', message: warnings.shortLife, instants: [], isForServer: true, detail: null };
}

function expiryOf({ status, expiresAt }: LicenseView['token'], { warnings }: Texts): Warning['instants'] {
  const label = status === 'expired' ? warnings.expiredAt : warnings.until;
  return expiresAt === null ? [] : [{ label, at: expiresAt }];
}
