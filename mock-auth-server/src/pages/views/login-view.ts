import type { Html } from '../html.js';
import { html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { Texts } from '../texts.js';
import { renderFault, renderPage } from './layout.js';

export interface LoginView {
  /** The page after the login. */
  next: string;
  email: string;
  /** The e-mail address of the only account. */
  loginEmail: string;
  /** The file of the generated password; `null` if LOGIN_PASSWORD is set. */
  passwordPath: string | null;
  fault: string | null;
  context: RenderContext;
}

export function renderLogin(view: LoginView): string {
  const { context } = view;
  const words = context.texts.login;
  return renderPage(
    { title: words.title, csrfToken: null, context },
    html`${renderFault(view.fault)}
      <form method="post" action="/login" class="card narrow">
        <input type="hidden" name="next" value="${view.next}" />
        <label for="email">${words.email}</label>
        <input
          type="email"
          id="email"
          name="email"
          value="${view.email}"
          autocomplete="username"
          required
          autofocus
        />
        <label for="password">${words.password}</label>
        <input type="password" id="password" name="password" autocomplete="current-password" required />
        <button>${words.submit}</button>
      </form>
      <section>
        <h2>${words.where}</h2>
        <p>${words.emailIs(html`<code>${view.loginEmail}</code>`)}</p>
        ${renderPasswordHelp(view.passwordPath, words)}
      </section>`,
  );
}

function renderPasswordHelp(path: string | null, words: Texts['login']): Html {
  return path === null
    ? html`<p>${words.passwordInSetting}</p>`
    : html`<p>${words.passwordInFile}</p>
        <p><code>${path}</code></p>`;
}
