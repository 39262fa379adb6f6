import type { FastifyRequest } from 'fastify';
import type { Theme } from './look.js';
import { chooseLocale, languageOf, type PageLanguage } from './page-language.js';
import { type Texts, textsFor } from './texts.js';

declare module 'fastify' {
  interface FastifyRequest {
    renderContext: RenderContext | null;
  }
}

/** The language in which a page is rendered. */
export interface RenderContext {
  language: PageLanguage;
  /** The BCP 47 tag by which dates are formatted. It has the language of the texts. */
  locale: string;
  texts: Texts;
  look: PageLook;
}

/** What the choice in the footer shows. */
export interface PageLook {
  theme: Theme;
  /** Whether a person can choose the language: the setting does not fix it. */
  hasLanguages: boolean;
  /** The page that a choice returns to. */
  returnTo: string;
}

export function createRenderContext(
  acceptLanguage: string | undefined,
  setting: PageLanguage | 'auto' = 'auto',
  look: PageLook = { theme: 'system', hasLanguages: true, returnTo: '/' },
): RenderContext {
  const locale = chooseLocale(acceptLanguage, setting);
  const language = languageOf(locale);
  return { language, locale, texts: textsFor(language), look };
}

/** Returns the context of a request to a page. */
export function contextOf(request: FastifyRequest): RenderContext {
  return request.renderContext ?? createRenderContext(request.headers['accept-language']);
}
