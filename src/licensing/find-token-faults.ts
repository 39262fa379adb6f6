import { minTokenLifeMs, tokenLifeMs } from '../domain/license.js';
import { maxTokenCharacters, readLicenseClaims } from '../domain/license-claims.js';
import type { Profile } from '../domain/profile.js';
import { parseCompactJws } from '../peers/tokens/parse-compact-jws.js';

/** Lists what a person should change at the Authorization server, although the license token is in use. */
export function findTokenFaults(token: string, profile: Profile): string[] {
  const payload = parseCompactJws(token, token.length)?.payload;
  const reading = payload && readLicenseClaims(payload, profile);
  if (reading?.kind !== 'read') return [];
  const { excess, claims } = reading;
  const faults = excess.map((fault) => `left out of the license: ${fault}`);
  if (token.length > maxTokenCharacters) {
    faults.push(
      `the license token must have at most ${maxTokenCharacters} characters, not ${token.length}: a hub may refuse it`,
    );
  }
  const lifeMs = tokenLifeMs(claims);
  if (lifeMs < minTokenLifeMs) {
    const minutes = Math.round(lifeMs / 60_000);
    faults.push(
      `a license token lives ${minutes} minutes: registers stop selling after that time offline. Let access tokens live at least 24 hours`,
    );
  }
  return faults;
}
