import Negotiator from 'negotiator';
import { fallbackLanguage, languageOf, type PageLanguage } from '../config/page-language.js';
import type { Theme } from './look.js';
import { type Texts, textsFor } from './texts.js';

/** The person for whom a page is rendered, and the moment that it shows. */
export interface RenderContext {
  /** The BCP 47 tag by which dates are formatted. It has the language of the texts. */
  readonly locale: string;
  readonly texts: Texts;
  readonly now: Date;
  /** The name of this server and of its organization; `null` if it was never licensed. */
  readonly place: Place | null;
  readonly look: PageLook;
}

/** What the choice in the footer shows. */
export interface PageLook {
  readonly theme: Theme;
  /** Whether a person can choose the language: the setting does not fix it. */
  readonly hasLanguages: boolean;
  /** The page that a choice returns to. */
  readonly returnTo: string;
}

export interface Place {
  readonly server: string;
  readonly organization: string;
}

/** A path of this service. It cannot lead to another one: browsers read `//` and `/\\` as the beginning of a host. */
export const localPath = /^\/(?![/\\])[!-~]{0,2000}$/;

/** Bounds the work that a long header causes. */
const maxChoices = 10;

/**
 * Returns the reader whose browser sent this `Accept-Language` header.
 * @param fixedLanguage the only language of the pages; `null` if the header chooses it
 */
export function createReader(
  acceptLanguage: string | undefined,
  now: Date,
  fixedLanguage: PageLanguage | null = null,
  place: Place | null = null,
  look: PageLook = { theme: 'system', hasLanguages: true, returnTo: '/' },
): RenderContext {
  const locale = chooseLocale(acceptLanguage, fixedLanguage);
  return { locale, texts: textsFor(locale), now, place, look };
}

/**
 * Returns the preferred locale of an `Accept-Language` header (RFC 9110 section 12.5.4) in a language of the pages. Its
 * region decides only how dates are written, such as 14:00 or 2:00 PM.
 */
export function chooseLocale(acceptLanguage = '', fixedLanguage: PageLanguage | null = null): string {
  const choices = new Negotiator({ headers: { 'accept-language': acceptLanguage } }).languages();
  const isOffered = (tag: string): boolean => {
    const language = languageOf(tag);
    return language !== undefined && (fixedLanguage ?? language) === language;
  };
  return (
    choices.slice(0, maxChoices).find((tag) => isPlain(tag) && isOffered(tag)) ??
    fixedLanguage ??
    fallbackLanguage
  );
}

/** Accepts only language, script and region: an extension would select a calendar or digits that no test covers. */
function isPlain(tag: string): boolean {
  return /^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?$/i.test(tag);
}
