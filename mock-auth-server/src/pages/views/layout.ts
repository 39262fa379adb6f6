import type { Html } from '../html.js';
import { html } from '../html.js';
import { assetUrls } from '../page-assets.js';

export interface PageFrame {
  title: string;
  /** `null` if nobody is logged in. */
  csrfToken: string | null;
  /** Wider, for tables. */
  isWide?: boolean;
}

/** Renders a page in its frame, which says on every page that this is a mock. */
export function renderPage(frame: PageFrame, content: Html): string {
  const container = frame.isWide ? 'container wide' : 'container';
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${frame.title} – Mock Authorization server</title>
        <link rel="icon" href="${assetUrls.icon}" type="image/svg+xml" />
        <link rel="stylesheet" href="${assetUrls.styles}" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        <div class="mock" role="region" aria-label="About this server">
          <p class="${container}">
            <strong>Mock Authorization server</strong> for development and tests. Its licenses are not real.
          </p>
        </div>
        ${frame.csrfToken !== null && renderNavigation(frame.csrfToken, container)}
        <main class="${container}" id="content" tabindex="-1">
          <h1>${frame.title}</h1>
          ${content}
        </main>
      </body>
    </html> `.text;
}

function renderNavigation(csrfToken: string, container: string): Html {
  return html`<header class="${container}">
    <nav aria-label="Main">
      <p><a href="/organizations">Organizations</a></p>
      <form method="post" action="/logout">
        ${renderCsrfField(csrfToken)}<button class="outline secondary">Log out</button>
      </form>
    </nav>
  </header>`;
}

export function renderCsrfField(csrfToken: string): Html {
  return html`<input type="hidden" name="csrfToken" value="${csrfToken}" />`;
}

/** Renders the submit button of a form and the link to cancel. */
export function renderFormActions(label: string, cancelPath: string, isDangerous = false): Html {
  return html`<div class="actions">
    <button${isDangerous && html` class="danger"`}>${label}</button>
    <a href="${cancelPath}" class="button outline secondary">Cancel</a>
  </div>`;
}

/** Renders a fault, which screen readers announce immediately; empty if there is none. */
export function renderFault(fault: string | null): Html {
  return fault === null ? html`` : renderMessage('bad', html`${capitalize(fault)}.`);
}

type MessageTone = 'good' | 'plain' | 'warning' | 'bad';

/** Each tone has a sign, so that color is not the only mark. */
const signs: Record<MessageTone, string> = { good: '✓', plain: 'i', warning: '!', bad: '✕' };
/** Screen readers announce `status` and `alert`, which report an action, immediately. A `note` is not announced. */
const roles: Record<MessageTone, string> = { good: 'status', plain: 'note', warning: 'note', bad: 'alert' };

export function renderMessage(tone: MessageTone, text: Html): Html {
  return html`<div class="message ${tone}" role="${roles[tone]}">
    <span class="sign" aria-hidden="true">${signs[tone]}</span>
    <p>${text}</p>
  </div>`;
}

function capitalize(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
