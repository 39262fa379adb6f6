import { pageLanguages } from '../../config/page-language.js';
import { html, type Html } from '../html.js';
import { themes } from '../look.js';
import type { RenderContext } from '../render-context.js';

/** Each language in itself, so that a person finds it who reads no other. A page of ASCII alone is encoded twice as fast. */
const languageNames = { en: html`English`, es: html`Espa&#241;ol` };

/** Renders the choice of the theme and the language, which works without a script. */
export function renderLook({ texts, look }: RenderContext): Html {
  const words = texts.look;
  return html`<form class="look" method="post" action="/look">
    <input type="hidden" name="returnTo" value="${look.returnTo}" />
    <span role="group" aria-label="${words.theme}"
      >${themes.map((theme) => html`<button name="theme" value="${theme}" aria-pressed="${String(theme === look.theme)}">${words.themes[theme]}</button>`)}</span
    >
    ${
      look.hasLanguages &&
      html`<span role="group" aria-label="${words.language}"
        >${pageLanguages.map((language) => html`<button name="language" value="${language}" lang="${language}" aria-pressed="${String(language === texts.language)}">${languageNames[language]}</button>`)}</span
      >`
    }
  </form>`;
}
