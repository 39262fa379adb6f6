import { pageLanguages } from '../../config/page-language.js';
import { html, type Html } from '../html.js';
import { themes } from '../look.js';
import type { RenderContext } from '../render-context.js';

/** Each language in itself, so that a person finds it who reads no other. */
const languageNames = { en: 'English', es: 'Español' } as const;

/** By what they show: two languages, three themes, with and without the choice of the language. */
const rendered = new Map<string, Html>();

/** Renders the choice of the theme and the language, which works without a script. */
export function renderLook(context: RenderContext): Html {
  const { texts, look } = context;
  const key = `${texts.language} ${look.theme} ${look.hasLanguages}`;
  const choices = rendered.get(key) ?? renderChoices(context);
  rendered.set(key, choices);
  return html`<form class="look" method="post" action="/look">
    <input type="hidden" name="returnTo" value="${look.returnTo}" />
    ${choices}
  </form>`;
}

function renderChoices({ texts, look }: RenderContext): Html {
  const words = texts.look;
  return html`<span role="group" aria-label="${words.theme}"
      >${themes.map((theme) => html`<button name="theme" value="${theme}" aria-pressed="${String(theme === look.theme)}">${words.themes[theme]}</button>`)}</span
    >
    ${
      look.hasLanguages &&
      html`<span role="group" aria-label="${words.language}"
        >${pageLanguages.map((language) => html`<button name="language" value="${language}" lang="${language}" aria-pressed="${String(language === texts.language)}">${languageNames[language]}</button>`)}</span
      >`
    }`;
}
