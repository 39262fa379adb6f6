import { serviceVersion } from '../../config/service-version.js';
import { assetUrls } from '../page-assets.js';
import { html, type Html, renderLabel } from '../html.js';
import type { Place, RenderContext } from '../render-context.js';
import { renderLook } from './look-view.js';
import type { Texts } from '../texts.js';

/** The parts of a page around its content. */
export interface PageFrame {
  readonly title: string;
  /** `null` if nobody is logged in. */
  readonly visitor: Visitor | null;
  readonly section?: 'license' | 'peers' | 'history';
  /** Limits the width, for a page with little content. */
  readonly isNarrow?: boolean;
  readonly live?: LiveMark;
  readonly context: RenderContext;
}

export interface Visitor {
  readonly name: string | null;
  readonly csrfToken: string;
}

/** The data with which the script of the page keeps it up to date. */
interface LiveMark {
  /** Identifies what the page shows; a different version is newer. */
  readonly version: string;
  /** What a screen reader announces when the page has changed. */
  readonly summary: string;
  /** Whether a person decides something on this page, so that the script must not replace its content. */
  readonly isHeld: boolean;
  /** Whether the script fetches the page again and again; otherwise it follows the license. */
  readonly isPolled?: boolean;
}

export function renderPage(frame: PageFrame, content: Html): string {
  const { visitor, live, isNarrow } = frame;
  const { texts, now, place, look } = frame.context;
  const theme = look.theme === 'system' ? null : look.theme;
  return html`<!doctype html>
    <html lang="${texts.language}" ${theme && html`data-theme="${theme}"`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="${theme ?? 'light dark'}" />
        <title>${frame.title} &#8211; ${place?.server ?? texts.product}</title>
        <link rel="icon" href="${assetUrls.icon}" type="image/svg+xml" />
        <link rel="stylesheet" href="${assetUrls.styles}" />
        <script type="module" src="${assetUrls.script}"></script>
      </head>
      <body>
        <a class="skip" href="#content">${texts.skipToContent}</a>
        <header class="top">
          <div class="container">
            <a class="brand" href="/">
              <img src="${assetUrls.icon}" width="36" height="36" alt="" />
              <span>${texts.product} ${place && renderPlace(place)}</span>
            </a>
            ${visitor && renderNavigation(visitor, frame.section, texts)}
          </div>
        </header>
        <p
          class="container announcement"
          id="announcement"
          role="status"
          data-held="${texts.held.text}"
          data-show="${texts.held.show}"
          data-just-passed="${texts.distance.justPassed}"
          data-soon="${texts.distance.soon}"
        ></p>
        <main
          class="container${isNarrow === true && ' narrow'}"
          id="content"
          tabindex="-1"
          data-now="${now.toISOString()}"
          ${live && renderLiveMark(live)}
        >
          <h1>${renderLabel(frame.title)}</h1>
          ${content}
        </main>
        <footer class="container bottom">
          <span>${texts.product} ${serviceVersion} &#183; <a href="/help">${texts.footer.help}</a></span>
          ${renderLook(frame.context)}
        </footer>
      </body>
    </html> `.text;
}

function renderPlace({ server, organization }: Place): Html {
  return html`<small>${server} &#183; ${organization}</small>`;
}

function renderNavigation(visitor: Visitor, section: PageFrame['section'], texts: Texts): Html {
  const words = texts.navigation;
  const link = (name: NonNullable<PageFrame['section']>, path: string): Html =>
    html`<li><a href="${path}" ${name === section && html` aria-current="page"`}>${words[name]}</a></li>`;
  return html`<nav aria-label="${words.label}">
      <ul>
        ${link('license', '/')}${link('peers', '/peers')}${link('history', '/license/history')}
      </ul>
    </nav>
    <form method="post" action="/logout">
      ${visitor.name !== null && html`<span class="visitor">${texts.loggedInAs(visitor.name)}</span>`}
      ${renderCsrfField(visitor)}<button class="outline">${words.logOut}</button>
    </form>`;
}

function renderLiveMark({ version, summary, isHeld, isPolled }: LiveMark): Html {
  return html`data-version="${version}" data-summary="${summary}" ${isHeld && html`data-held`}
  ${isPolled === true && html`data-polled`}`;
}

export function renderCsrfField({ csrfToken }: Visitor): Html {
  return html`<input type="hidden" name="csrfToken" value="${csrfToken}" />`;
}

/** Renders a form that is one button. */
export function renderAction(visitor: Visitor, path: string, label: string, className = ''): Html {
  return html`<form method="post" action="${path}">${renderCsrfField(visitor)}<button${className !== '' && html` class="${className}"`} id="${path.replaceAll('/', '-').slice(1)}">${renderLabel(label)}</button></form>`;
}
