/** Branches that no run reaches, and why. */
const unreachable = new Map([
  [
    'src/domain/license-event.ts: if (state.identity === null)',
    'A type permits it. A server has an identity from its first license on, and only a license causes events.',
  ],
  [
    'src/domain/transitions.ts: if (!licenseTransitions[from][to]?.includes(reason))',
    'Only a fault in the code causes it. `transitions.spec.ts` tries every transition.',
  ],
  [
    "src/licensing/poll-authorization.ts: pending.refusal ?? 'The Authorization server gave no reason.'",
    'A type permits it. Every refusal is stored with its reason.',
  ],
]);

/** Branches that a run of two million calls reaches about once, or not at all, and what must meet there. */
const rare = new Map([
  [
    'src/licensing/end-revoked-license.ts: if (secrets?.accessToken !== token)',
    'The license is removed or refreshed in the milliseconds between the check of a new list and its commit.',
  ],
  [
    'src/licensing/end-revoked-license.ts: if (before.license === null)',
    'A list revokes the token of a dead grant after its end and before the next refresh.',
  ],
  [
    "src/licensing/refresh-license.ts: late.kind === 'revoked' || late.kind === 'reauthorization-required' (left side)",
    'The commit of a revocation failed, and the next one stores it.',
  ],
  [
    'src/licensing/trusted-introspection.ts: this.store.state.license?.token.expiresAt.getTime() ?? 0',
    'A trusted endpoint is asked about a token whose grant died in an outage that outlived it.',
  ],
  [
    "src/domain/accept-grant.ts: state.license : 'refreshed'",
    'A server that has forgotten a grant remembers it after the token of the grant has ended.',
  ],
  [
    'src/domain/refresh-failure.ts: if (state.license.token.expiresAt < confirmedAt)',
    'A grant died in an outage that outlived its token, on a server that did not restart in it.',
  ],
]);

export const unreachableCount = unreachable.size;

/**
 * Compares the branches with the lists. Returns those that were missed, without the unreachable ones, those that no list
 * names, and entries of the lists that are wrong.
 * @param {ReadonlyMap<string, number>} arms place to how often it was reached
 */
export function compareCoverage(arms) {
  const missed = [...arms.keys()].filter((place) => arms.get(place) === 0 && !unreachable.has(place));
  const unexpected = missed.filter((place) => !rare.has(place));
  const reached = [...unreachable.keys()].filter((place) => arms.get(place) !== 0);
  const unknown = [...rare.keys()].filter((place) => !arms.has(place));
  return { missed, unexpected, stale: [...reached, ...unknown] };
}
