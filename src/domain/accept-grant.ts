import type { LicenseGrant, LicensePolicy, LicenseTerms, ServerIdentity } from './license.js';
import { type LicenseChange, emitStatus, unchanged } from './license-event.js';
import type { LicenseState } from './license-state.js';
import { applyRenewalDate } from './apply-time.js';
import { firstRefreshAt, stableOffset } from './refresh-schedule.js';
import type { LicenseReason } from './transitions.js';

/** Applies a newly acquired license, replacing any existing one. The reason shows whether it makes this server another one. */
export function acceptAcquiredGrant(
  state: LicenseState,
  grant: LicenseGrant,
  policy: LicensePolicy,
  now: Date,
): LicenseChange {
  const { identity } = state;
  const isSameServer = identity === null || identity.serverId === grant.identity.serverId;
  const previousServer = isSameServer
    ? null
    : { serverId: identity.serverId, serverName: identity.serverName };
  const acquired = { ...withGrant(state, grant, policy, now), previousServer };
  return emitStatus(unchanged(acquired), isSameServer ? 'acquired' : 'server-changed', policy, now);
}

/** Applies the license token of a successful refresh, with any changed terms. */
export function acceptRefreshedGrant(
  state: LicenseState,
  grant: LicenseGrant,
  policy: LicensePolicy,
  now: Date,
): LicenseChange {
  // A refresh token that was refused may work again after the license token has expired.
  const reason = state.license ? reasonOfRefresh(state.identity, state.license.terms, grant) : 'refreshed';
  const { state: observed, events } = applyRenewalDate(unchanged(state), policy, now);
  return emitStatus({ state: withGrant(observed, grant, policy, now), events }, reason, policy, now);
}

function withGrant(state: LicenseState, grant: LicenseGrant, policy: LicensePolicy, now: Date): LicenseState {
  const { token } = grant.license;
  // The answer corrects a clock that is behind: by its time, the refresh would be due immediately.
  const receivedAt = token.receivedAt < grant.answeredAt ? grant.answeredAt : token.receivedAt;
  const life = { ...token, receivedAt };
  const offset = stableOffset(grant.identity.serverId);
  // The attempt that obtained this grant was itself counted when it began.
  const isAfterFailures = state.refresh.failures > 1;
  return {
    ...state,
    identity: grant.identity,
    license: grant.license,
    announcedThresholdSeconds: null,
    connection: { online: true, offlineSince: null, lastContactAt: now, lastError: null },
    refresh: {
      nextAttemptAt: firstRefreshAt(life, policy.refreshIntervalMs, offset, isAfterFailures),
      failures: 0,
      intentAt: null,
    },
    reauthorizationRequired: false,
    // Not the issue time: a server may answer with a token that it issued a while ago.
    trustedAt: grant.answeredAt,
  };
}

function reasonOfRefresh(
  identity: ServerIdentity | null,
  before: LicenseTerms,
  grant: LicenseGrant,
): LicenseReason {
  const after = grant.license.terms;
  if (renewalTime(after) > renewalTime(before)) return 'renewed';
  return haveSameTerms(before, after) && haveSameNames(identity, grant.identity)
    ? 'refreshed'
    : 'terms-changed';
}

function renewalTime(terms: LicenseTerms): number {
  return terms.renewalDate?.getTime() ?? Number.POSITIVE_INFINITY;
}

function haveSameTerms(a: LicenseTerms, b: LicenseTerms): boolean {
  return (
    renewalTime(a) === renewalTime(b) &&
    haveSameFeatures(a.features, b.features) &&
    a.hub?.id === b.hub?.id &&
    a.hub?.name === b.hub?.name &&
    a.hub?.url === b.hub?.url
  );
}

function haveSameFeatures(a: readonly string[], b: readonly string[]): boolean {
  return a.every((feature) => b.includes(feature)) && b.every((feature) => a.includes(feature));
}

function haveSameNames(a: ServerIdentity | null, b: ServerIdentity): boolean {
  return a?.serverName === b.serverName && a.organization.name === b.organization.name;
}
