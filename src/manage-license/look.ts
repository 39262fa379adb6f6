import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { languageOf, type PageLanguage } from '../config/page-language.js';
import { basePathOf, isSecure } from '../http/public-urls.js';

/** `system` follows the setting of the browser. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What a person chose in the footer of the pages. */
export interface ChosenLook {
  readonly theme: Theme;
  /** `null` if the browser chooses. */
  readonly language: PageLanguage | null;
}

// Without the port, so that a choice also applies to the mock Authorization server on the same machine.
const themeCookie = 'pos-theme';
const languageCookie = 'pos-language';
const yearSeconds = 365 * 24 * 60 * 60;

export function readLook({ headers }: FastifyRequest): ChosenLook {
  const { [themeCookie]: theme, [languageCookie]: language = '' } = parseCookie(headers.cookie ?? '');
  return {
    theme: themes.find((name) => name === theme) ?? 'system',
    language: languageOf(language) ?? null,
  };
}

export function writeLook(request: FastifyRequest, reply: FastifyReply, look: Partial<ChosenLook>): void {
  const chosen = [
    [themeCookie, look.theme],
    [languageCookie, look.language],
  ] as const;
  for (const [name, value] of chosen) {
    if (value) reply.header('set-cookie', stringifySetCookie(name, value, cookieOptions(request)));
  }
}

/** Lax, so that a page has the chosen look even after a link on another site. */
function cookieOptions(request: FastifyRequest) {
  return {
    path: `${basePathOf(request)}/`,
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(request),
    maxAge: yearSeconds,
  } as const;
}
