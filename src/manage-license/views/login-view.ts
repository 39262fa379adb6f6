import { emphasize, html, type Html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { Texts } from '../texts.js';
import { renderPage } from './layout.js';

export type LoginFault = 'wrong' | 'slowed' | 'refused' | 'badName' | 'takenName' | 'ended';

export interface LoginPage {
  readonly fault: LoginFault | null;
  readonly name: string;
  /** The file that contains the generated token; `null` if the token is a setting. */
  readonly tokenFilePath: string | null;
  readonly context: RenderContext;
}

export function renderLogin({ fault, name, tokenFilePath, context }: LoginPage): string {
  const words = context.texts.login;
  const isTokenFault = fault === 'wrong' || fault === 'slowed' || fault === 'refused';
  const isNameFault = fault === 'badName' || fault === 'takenName';
  return renderPage(
    { title: words.title, visitor: null, isNarrow: true, context },
    html`<p class="lead">${words.introduction}</p>
      ${fault !== null && html`<p class="message ${fault === 'ended' ? 'plain' : 'bad'}" role="alert" id="fault">${words[fault]}</p>`}
      <form method="post" action="/login" class="card login">
        <label for="token">${words.token}</label>
        <input
          type="password"
          id="token"
          name="token"
          maxlength="300"
          autocomplete="current-password"
          spellcheck="false"
          required${!isNameFault && html` autofocus`}${isTokenFault && html` aria-invalid="true" aria-describedby="fault"`}
        />
        <label for="name">${words.name}</label>
        <input
          id="name"
          name="name"
          value="${name}"
          maxlength="64"
          autocomplete="name"
          aria-describedby="name-hint${isNameFault && ' fault'}"
          ${isNameFault && html` aria-invalid="true" autofocus`}
        />
        <small id="name-hint">${words.nameHint}</small>
        <button>${words.submit}</button>
      </form>
      <section class="help">
        <h2>${words.help}</h2>
        ${tokenFilePath === null ? html`<p>${emphasize(words.inSetting)}</p>` : renderFileHelp(tokenFilePath, words)}
        <p>${emphasize(words.reset)}</p>
      </section>`,
  );
}

function renderFileHelp(path: string, words: Texts['login']): Html {
  return html`<p>${words.inFile}</p>
    <p><code>${path}</code></p>
    <p>${words.showFile} <code>cat ${quote(path)}</code></p>`;
}

/** Quotes a path for a shell. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
