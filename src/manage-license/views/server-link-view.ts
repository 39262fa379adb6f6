import { html, type Html } from '../html.js';
import type { LicensePage } from '../license-page.js';
import type { Texts } from '../texts.js';

/** Renders the link to the page of the Authorization server on which a person acts for this server. */
export function renderServerLink({ authorizationServerUrl, context }: LicensePage): Html | null {
  const { texts } = context;
  return authorizationServerUrl === null
    ? null
    : renderOutsideLink(authorizationServerUrl, texts.openServer, texts);
}

const noBreakSpace = '\u00a0';

/** Renders a link to a page outside of this service, which opens in a new tab. */
export function renderOutsideLink(url: string, text: string, texts: Texts): Html {
  return html`<a class="outside" href="${url}" target="_blank" rel="noopener noreferrer"
    >${text}${noBreakSpace}<span class="new-tab"><span class="for-readers">${texts.newTab}</span></span></a
  >`;
}
