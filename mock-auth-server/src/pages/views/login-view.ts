import { html } from '../html.js';
import { renderFault, renderPage } from './layout.js';

export interface LoginView {
  /** Where to go after the login. */
  next: string;
  email: string;
  fault: string | null;
}

export function renderLogin(view: LoginView): string {
  return renderPage(
    { title: 'Log in', csrfToken: null },
    html`${renderFault(view.fault)}
      <form method="post" action="/login">
        <input type="hidden" name="next" value="${view.next}" />
        <p>
          <label
            >E-mail address
            <input type="email" name="email" value="${view.email}" autocomplete="username" required
          /></label>
        </p>
        <p>
          <label
            >Password <input type="password" name="password" autocomplete="current-password" required
          /></label>
        </p>
        <p><button>Log in</button></p>
      </form>
      <p>
        A generated password is in the file <code>login-password</code> in the data folder of this server.
      </p>`,
  );
}
