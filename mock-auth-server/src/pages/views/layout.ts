import type { Html } from '../html.js';
import { html } from '../html.js';

export interface PageFrame {
  title: string;
  /** Null where nobody is logged in. */
  csrfToken: string | null;
}

/** Renders the frame of every page: it says on each that this is a mock. */
export function renderPage(frame: PageFrame, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${frame.title} – Mock Authorization server</title>
      </head>
      <body>
        <header>
          <p>
            <strong>Mock Authorization server</strong> for development and tests: it licenses nothing real.
          </p>
          ${frame.csrfToken !== null && renderNavigation(frame.csrfToken)}
        </header>
        <main>
          <h1>${frame.title}</h1>
          ${content}
        </main>
      </body>
    </html> `.text;
}

function renderNavigation(csrfToken: string): Html {
  return html`<nav aria-label="Main">
    <a href="/organizations">Organizations</a>
    <form method="post" action="/logout">${renderCsrfField(csrfToken)}<button>Log out</button></form>
  </nav>`;
}

export function renderCsrfField(csrfToken: string): Html {
  return html`<input type="hidden" name="csrfToken" value="${csrfToken}" />`;
}

/** Renders what went wrong, so that a screen reader says it at once; nothing where nothing did. */
export function renderFault(fault: string | null): Html {
  return fault === null ? html`` : html`<p role="alert">${capitalize(fault)}.</p>`;
}

function capitalize(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
