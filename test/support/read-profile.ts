import { readFileSync } from 'node:fs';
import { type Profile, readClaimPath } from '../../src/domain/profile.js';

type Written = Partial<Omit<Profile, 'claims'>> & { readonly claims?: Record<string, string | string[]> };

/** Reads a preset for specs of the pure core, which knows no files. */
export function readProfile(name: string): Profile {
  const [defaults, own] = ['default', name].map(
    (preset) =>
      JSON.parse(readFileSync(new URL(`../../profiles/${preset}.json`, import.meta.url), 'utf8')) as Written,
  );
  const claims = { ...defaults?.claims, ...own?.claims };
  const paths = Object.fromEntries(
    Object.entries(claims).map(([claim, path]) => [claim, readClaimPath(path)]),
  );
  return { ...defaults, ...own, claims: paths } as Profile;
}
