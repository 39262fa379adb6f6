import { readFileSync } from 'node:fs';
import { InvalidOptionsError } from './invalid-options-error.js';
import { checkProfile } from './shared/check-profile.js';
import { presets } from './shared/presets.js';
import type { Profile } from './shared/profile.js';

/**
 * Describes what an Authorization server issues and expects: the name of a preset (`default`, `identityserver`,
 * `openiddict`, `keycloak`, `auth0`), the path of a JSON file, or its content. A member that is absent has the value of
 * the preset `default`.
 */
export type ProfileOption = string | Readonly<Record<string, unknown>>;

/** @throws InvalidOptionsError with all faults of the profile */
export function loadProfile(option: ProfileOption = 'default'): Profile {
  const { profile, faults } = checkProfile(readOption(option), presets['default'] ?? {});
  if (profile === null) throw new InvalidOptionsError(`profile: ${faults.join('; ')}.`);
  return profile;
}

function readOption(option: ProfileOption): unknown {
  if (typeof option !== 'string') return option;
  if (Object.hasOwn(presets, option)) return presets[option];
  if (/^[a-z0-9-]+$/.test(option)) {
    const names = Object.keys(presets).join(', ');
    throw new InvalidOptionsError(
      `profile: ${option} is not a preset (${names}), and the path of a file contains / or .`,
    );
  }
  try {
    return JSON.parse(readFileSync(option, 'utf8'));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new InvalidOptionsError(`profile: ${option} cannot be read: ${detail}`);
  }
}
