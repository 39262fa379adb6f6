import type { FastifyReply, FastifyRequest } from 'fastify';
import { type PageLanguage, pageLanguages } from './page-language.js';

/** `system` follows the setting of the browser. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What a person chose in the footer of the pages. */
export interface ChosenLook {
  theme: Theme;
  /** `null` if the browser chooses. */
  language: PageLanguage | null;
}

// Without the port, so that a choice also applies to the licensing service on the same machine.
const themeCookie = 'pos-theme';
const languageCookie = 'pos-language';
const yearSeconds = 365 * 24 * 60 * 60;

export function readLook({ cookies }: FastifyRequest): ChosenLook {
  return {
    theme: themes.find((name) => name === cookies[themeCookie]) ?? 'system',
    language: pageLanguages.find((name) => name === cookies[languageCookie]) ?? null,
  };
}

/** Stores what a form chooses, for as long as the browser keeps it. */
export function writeLook(form: ReadonlyMap<string, string>, reply: FastifyReply, secure: boolean): void {
  const theme = themes.find((name) => name === form.get('theme'));
  const language = pageLanguages.find((name) => name === form.get('language'));
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: yearSeconds } as const;
  if (theme !== undefined) reply.setCookie(themeCookie, theme, options);
  if (language !== undefined) reply.setCookie(languageCookie, language, options);
}
