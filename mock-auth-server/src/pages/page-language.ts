import Negotiator from 'negotiator';

/** The languages of the pages. */
export const pageLanguages = ['en', 'es'] as const;
export type PageLanguage = (typeof pageLanguages)[number];

const fallbackLanguage: PageLanguage = 'en';
/** Bounds the work that a long header causes. */
const maxChoices = 10;

/** Returns the language of a BCP 47 tag, such as `es` of `es-MX`; `undefined` if the pages do not have it. */
function findLanguage(tag: string): PageLanguage | undefined {
  const [subtag] = tag.toLowerCase().split('-');
  return pageLanguages.find((language) => language === subtag);
}

/** Returns the language of a locale that `chooseLocale` returned. */
export function languageOf(locale: string): PageLanguage {
  return findLanguage(locale) ?? fallbackLanguage;
}

/**
 * Returns the preferred locale of an `Accept-Language` header in a language of the pages. Its region decides only how
 * dates are written.
 */
export function chooseLocale(
  acceptLanguage: string | undefined,
  setting: PageLanguage | 'auto' = 'auto',
): string {
  const choices = new Negotiator({ headers: { 'accept-language': acceptLanguage ?? '' } }).languages();
  const isOffered = (tag: string): boolean => {
    const language = findLanguage(tag);
    // Only language, script and region: an extension would select another calendar or other digits.
    const isPlain = /^[a-z]{2}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?$/i.test(tag);
    return isPlain && language !== undefined && (setting === 'auto' || setting === language);
  };
  return choices.slice(0, maxChoices).find(isOffered) ?? (setting === 'auto' ? fallbackLanguage : setting);
}
