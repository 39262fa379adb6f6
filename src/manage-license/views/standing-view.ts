import type { LicenseEnds, Standing } from '../../domain/standing.js';
import type { InstantFormat } from '../format-time.js';
import { html, type Html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import { renderDate } from './instant-view.js';

/** Renders whether registers of a server can sell: until when, or since when not, and which date decides. */
export function renderStanding(
  { reason, usableUntil, limitedBy }: Standing,
  ends: LicenseEnds | null,
  context: RenderContext,
  format: InstantFormat = 'long',
): Html {
  const words = context.texts.standing;
  if (usableUntil !== null && limitedBy !== null) {
    return words.canSellUntil(renderDate(usableUntil, context, format), words.limits[limitedBy]);
  }
  if (reason === 'licensed' || reason === 'unlicensed' || ends === null) return html`${words.unlicensed}`;
  const end = firstEnd(ends);
  // The clock of a store can be ahead, so that it reports an end that is in the future here.
  const why = words.ends[reason];
  return end > context.now
    ? words.cannotSell(why)
    : words.cannotSellSince(renderDate(end, context, format), why);
}

/** Registers stop at the first of both ends. */
function firstEnd({ renewalDate, tokenExpiresAt }: LicenseEnds): Date {
  return renewalDate !== null && renewalDate < tokenExpiresAt ? renewalDate : tokenExpiresAt;
}
