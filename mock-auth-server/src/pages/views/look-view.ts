import type { Html } from '../html.js';
import { html } from '../html.js';
import { themes } from '../look.js';
import { pageLanguages } from '../page-language.js';
import type { RenderContext } from '../render-context.js';

/** Each language in itself, so that a person finds it who reads no other. */
const languageNames = { en: 'English', es: 'Español' } as const;

/** Renders the choice of the theme and the language. */
export function renderLook({ texts, language, look }: RenderContext): Html {
  const words = texts.look;
  return html`<form class="look" method="post" action="/look">
    <input type="hidden" name="returnTo" value="${look.returnTo}" />
    <span role="group" aria-label="${words.theme}"
      >${themes.map((theme) => html`<button name="theme" value="${theme}" aria-pressed="${String(theme === look.theme)}">${words.themes[theme]}</button>`)}</span
    >
    ${
      look.hasLanguages &&
      html`<span role="group" aria-label="${words.language}"
        >${pageLanguages.map((name) => html`<button name="language" value="${name}" lang="${name}" aria-pressed="${String(name === language)}">${languageNames[name]}</button>`)}</span
      >`
    }
  </form>`;
}
