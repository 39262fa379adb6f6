import type { LicenseView } from '../../domain/license-view.js';
import { html, type Html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import { renderDistance } from './instant-view.js';

/** Renders the time until registers cannot sell as a bar, which is full when the license token is new; `null` without an end. */
export function renderStandingBar({ standing, token }: LicenseView, context: RenderContext): Html | null {
  const { usableUntil } = standing;
  if (usableUntil === null || token.issuedAt === null) return null;
  const lengthMs = Math.max(1, usableUntil.getTime() - token.issuedAt.getTime());
  const leftMs = usableUntil.getTime() - context.now.getTime();
  const percent = Math.floor(100 * Math.min(1, Math.max(0, leftMs / lengthMs)));
  return html`<div class="time-left">
    <progress
      max="100"
      value="${percent}"
      aria-label="${context.texts.standing.timeLeft(percent)}"
    ></progress>
    <p>${renderDistance(usableUntil, context)}</p>
  </div>`;
}
