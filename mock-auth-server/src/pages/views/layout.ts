import { serverVersion } from '../../server-version.js';
import type { Html } from '../html.js';
import { html, renderLabel } from '../html.js';
import { assetUrls } from '../page-assets.js';
import type { RenderContext } from '../render-context.js';
import { renderLook } from './look-view.js';
import type { Texts } from '../texts.js';

export interface PageFrame {
  title: string;
  /** `null` if nobody is logged in. */
  csrfToken: string | null;
  /** Wider, for tables. */
  isWide?: boolean;
  context: RenderContext;
}

/** Renders a page in its frame, which says on every page that this is a mock. */
export function renderPage(frame: PageFrame, content: Html): string {
  const container = frame.isWide ? 'container wide' : 'container';
  const { language, texts, look } = frame.context;
  const theme = look.theme === 'system' ? null : look.theme;
  return html`<!doctype html>
    <html lang="${language}" ${theme && html`data-theme="${theme}"`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="${theme ?? 'light dark'}" />
        <title>${frame.title} – ${texts.product}</title>
        <link rel="icon" href="${assetUrls.icon}" type="image/svg+xml" />
        <link rel="stylesheet" href="${assetUrls.styles}" />
      </head>
      <body>
        <a class="skip" href="#content">${texts.skipToContent}</a>
        <div class="mock" role="region" aria-label="${texts.aboutServer}">
          <p class="${container}">
            <img src="${assetUrls.icon}" alt="" width="32" height="32" /><span>${texts.mockNote}</span>
          </p>
        </div>
        ${frame.csrfToken !== null && renderNavigation(frame.csrfToken, container, texts)}
        <main class="${container}" id="content" tabindex="-1">
          <h1>${renderLabel(frame.title)}</h1>
          ${content}
        </main>
        <footer class="${container} bottom">
          <span>${texts.product} ${serverVersion} · <a href="/help">${texts.help.title}</a></span>
          ${renderLook(frame.context)}
        </footer>
      </body>
    </html> `.text;
}

function renderNavigation(csrfToken: string, container: string, texts: Texts): Html {
  return html`<header class="${container}">
    <nav aria-label="${texts.navigation}">
      <p><a href="/organizations">${renderLabel(texts.labels.organizations)}</a></p>
      <form method="post" action="/logout">
        ${renderCsrfField(csrfToken)}<button class="outline secondary">${texts.logOut}</button>
      </form>
    </nav>
  </header>`;
}

export function renderCsrfField(csrfToken: string): Html {
  return html`<input type="hidden" name="csrfToken" value="${csrfToken}" />`;
}

/** Renders the submit button of a form and the link to cancel. */
export function renderFormActions(
  label: string,
  cancelPath: string,
  { cancel }: Texts,
  isDangerous = false,
): Html {
  return html`<div class="actions">
    <button${isDangerous && html` class="danger"`}>${renderLabel(label)}</button>
    <a href="${cancelPath}" class="button outline secondary">${cancel}</a>
  </div>`;
}

/** Renders the organization to which a page belongs, with a link to it. */
export function renderPlace(label: string, organization: { id: string; name: string }): Html {
  return html`${label} <a href="/organizations/${organization.id}">${organization.name}</a>`;
}

/** Renders a fault, which screen readers announce immediately; empty if there is none. */
export function renderFault(fault: Html | string | null): Html {
  return fault === null ? html`` : renderMessage('bad', fault);
}

type MessageTone = 'good' | 'plain' | 'warning' | 'bad';

/** Each tone has a sign, so that color is not the only mark. */
const signs: Record<MessageTone, string> = { good: '✓', plain: 'i', warning: '!', bad: '✕' };
/** Screen readers announce `status` and `alert`, which report an action, immediately. A `note` is not announced. */
const roles: Record<MessageTone, string> = { good: 'status', plain: 'note', warning: 'note', bad: 'alert' };

export function renderMessage(tone: MessageTone, text: Html | string): Html {
  return html`<div class="message ${tone}" role="${roles[tone]}">
    <span class="sign" aria-hidden="true">${signs[tone]}</span>
    <p>${text}</p>
  </div>`;
}
