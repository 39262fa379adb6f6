import type { AdminTokenPlace } from '../../admin/admin-token.js';
import { emphasize, html, type Html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { Texts } from '../texts.js';
import { renderPage } from './layout.js';
import { renderSign } from './message-view.js';

export type LoginFault = 'wrong' | 'slowed' | 'refused' | 'badName' | 'takenName' | 'ended';

export interface LoginPage {
  readonly fault: LoginFault | null;
  readonly name: string;
  readonly tokenPlace: AdminTokenPlace;
  readonly context: RenderContext;
}

export function renderLogin({ fault, name, tokenPlace, context }: LoginPage): string {
  const words = context.texts.login;
  const isTokenFault = fault === 'wrong' || fault === 'slowed' || fault === 'refused';
  const isNameFault = fault === 'badName' || fault === 'takenName';
  return renderPage(
    { title: words.title, visitor: null, isNarrow: true, context },
    html`<p class="lead">${words.introduction}</p>
      ${fault !== null && renderFault(fault, words)}
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
        ${renderHelp(tokenPlace, words)}
      </section>`,
  );
}

function renderFault(fault: LoginFault, words: Texts['login']): Html {
  const tone = fault === 'ended' ? 'plain' : 'bad';
  return html`<div class="message ${tone}" role="alert">
    ${renderSign(tone)}
    <p id="fault">${words[fault]}</p>
  </div>`;
}

function renderHelp(place: AdminTokenPlace, words: Texts['login']): Html {
  switch (place.kind) {
    case 'setting':
      return html`<p>${emphasize(words.inSetting)}</p>
        <p>${emphasize(words.changeSetting)}</p>`;
    case 'lost':
      return html`<p>${words.noFile}</p>
        <p>${emphasize(words.reset)}</p>`;
    case 'file':
      return html`<p>${words.inFile}</p>
        <p><code>${place.path}</code></p>
        <p>${words.showFile} <code>cat ${quote(place.path)}</code></p>
        <p>${emphasize(words.reset)}</p>`;
  }
}

/** Quotes a path for a shell. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
