import type { Html } from '../html.js';
import { html } from '../html.js';
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
}

export function renderLogin(view: LoginView): string {
  return renderPage(
    { title: 'Log in', csrfToken: null },
    html`${renderFault(view.fault)}
      <form method="post" action="/login" class="card narrow">
        <input type="hidden" name="next" value="${view.next}" />
        <label for="email">E-mail address</label>
        <input
          type="email"
          id="email"
          name="email"
          value="${view.email}"
          autocomplete="username"
          required
          autofocus
        />
        <label for="password">Password</label>
        <input type="password" id="password" name="password" autocomplete="current-password" required />
        <button>Log in</button>
      </form>
      <section>
        <h2>Where to find them</h2>
        <p>The e-mail address is <code>${view.loginEmail}</code>.</p>
        ${renderPasswordHelp(view.passwordPath)}
      </section>`,
  );
}

function renderPasswordHelp(path: string | null): Html {
  return path === null
    ? html`<p>The password is the one in the setting <strong>LOGIN_PASSWORD</strong> of this server.</p>`
    : html`<p>The password is in this file on the machine of this server:</p>
        <p><code>${path}</code></p>`;
}
