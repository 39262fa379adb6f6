import type { FastifyRequest } from 'fastify';
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
}

export function createRenderContext(
  acceptLanguage: string | undefined,
  setting: PageLanguage | 'auto' = 'auto',
): RenderContext {
  const locale = chooseLocale(acceptLanguage, setting);
  const language = languageOf(locale);
  return { language, locale, texts: textsFor(language) };
}

/** Returns the context of a request to a page. */
export function contextOf(request: FastifyRequest): RenderContext {
  return request.renderContext ?? createRenderContext(request.headers['accept-language']);
}
