import Negotiator from 'negotiator';
import { type Texts, textsFor } from './texts.js';

/** The person for whom a page is rendered, and the moment that it shows. */
export interface RenderContext {
  /** The BCP 47 tag by which dates are formatted. */
  readonly locale: string;
  readonly texts: Texts;
  readonly now: Date;
  /** The name of this server and of its organization; `null` if it was never licensed. */
  readonly place: Place | null;
}

export interface Place {
  readonly server: string;
  readonly organization: string;
}

const fallbackLocale = 'en';
/** Bounds the work that a long header causes. */
const maxChoices = 10;

/** Returns the reader whose browser sent this `Accept-Language` header. */
export function createReader(
  acceptLanguage: string | undefined,
  now: Date,
  place: Place | null = null,
): RenderContext {
  const locale = chooseLocale(acceptLanguage);
  return { locale, texts: textsFor(locale), now, place };
}

/** Returns the preferred locale of an `Accept-Language` header (RFC 9110 section 12.5.4) for which dates can be formatted. */
export function chooseLocale(acceptLanguage = ''): string {
  const choices = new Negotiator({ headers: { 'accept-language': acceptLanguage } }).languages();
  return choices.slice(0, maxChoices).find(isSupported) ?? fallbackLocale;
}

function isSupported(tag: string): boolean {
  // Only language, script and region: an extension would select a calendar or digits that no test covers.
  if (!/^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?$/i.test(tag)) return false;
  return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
}
