/** The languages of the pages. */
export const pageLanguages = ['en', 'es'] as const;
export type PageLanguage = (typeof pageLanguages)[number];

export const fallbackLanguage: PageLanguage = 'en';

/** Returns the language of a BCP 47 tag, such as `es` of `es-MX`; `undefined` if the pages do not have it. */
export function languageOf(tag: string): PageLanguage | undefined {
  const [subtag] = tag.toLowerCase().split('-');
  return pageLanguages.find((language) => language === subtag);
}
