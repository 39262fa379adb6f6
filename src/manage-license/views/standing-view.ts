import type { LicenseEnds, Standing } from '../../domain/standing.js';
import { html, type Html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import { renderDate } from './instant-view.js';

/** Renders whether registers of a server can sell: until when, or since when not, and which date decides. */
export function renderStanding(
  { reason, usableUntil, limitedBy }: Standing,
  ends: LicenseEnds | null,
  context: RenderContext,
): Html {
  const words = context.texts.standing;
  if (usableUntil !== null && limitedBy !== null) {
    return html`${words.canSellUntil} ${renderDate(usableUntil, context)} (${words.limits[limitedBy]})`;
  }
  if (reason === 'licensed' || reason === 'unlicensed' || ends === null) return html`${words.unlicensed}`;
  return html`${words.cannotSellSince} ${renderDate(firstEnd(ends), context)} (${words.ends[reason]})`;
}

/** Registers stop at the first of both ends. */
function firstEnd({ renewalDate, tokenExpiresAt }: LicenseEnds): Date {
  return renewalDate !== null && renewalDate < tokenExpiresAt ? renewalDate : tokenExpiresAt;
}
