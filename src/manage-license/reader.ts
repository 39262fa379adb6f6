/** Who a page is written for, and when. */
export interface Reader {
  /** A BCP 47 tag that dates are written by. */
  readonly locale: string;
  readonly now: Date;
}

const fallbackLocale = 'en';
const maxChoices = 10;

/** Asking what is supported costs more than the rest; the cap bounds what callers' headers can make us keep. */
const maxKnownHeaders = 100;
const maxKnownLength = 200;
const knownHeaders = new Map<string, string>();

/** Picks the locale of an `Accept-Language` header (RFC 9110 section 12.5.4) that dates can be written in. */
export function chooseLocale(acceptLanguage = ''): string {
  const known = knownHeaders.get(acceptLanguage);
  if (known !== undefined) return known;
  const locale = findLocale(acceptLanguage);
  if (knownHeaders.size < maxKnownHeaders && acceptLanguage.length <= maxKnownLength) {
    knownHeaders.set(acceptLanguage, locale);
  }
  return locale;
}

function findLocale(acceptLanguage: string): string {
  const choices = acceptLanguage
    .split(',', maxChoices)
    .map(readChoice)
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  return choices.find(({ tag }) => isSupported(tag))?.tag ?? fallbackLocale;
}

function readChoice(part: string): { tag: string; weight: number } {
  const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim());
  const quality = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
  return { tag, weight: quality === undefined ? 1 : Number(quality) || 0 };
}

function isSupported(tag: string): boolean {
  // Language, script and region only: extensions would let a header choose calendars and digits that nobody tested.
  if (!/^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?$/i.test(tag)) return false;
  return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
}
