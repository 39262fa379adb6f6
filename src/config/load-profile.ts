import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type CheckedProfile, checkProfile } from '../domain/check-profile.js';

/** The same folder for the sources and for the build in `dist/`. */
const presetDir = join(import.meta.dirname, '../../profiles');
const presetName = /^[a-z0-9-]+$/;

/** Reads a profile by the name of a preset or the path of a file. Lists all faults. */
export function loadProfile(nameOrPath: string): CheckedProfile {
  const presets = readdirSync(presetDir).map((file) => basename(file, '.json'));
  const isPreset = presetName.test(nameOrPath);
  if (isPreset && !presets.includes(nameOrPath)) {
    return refuse(
      `${nameOrPath} is not a preset (${presets.join(', ')}), and the path of a file contains / or .`,
    );
  }
  const path = isPreset ? presetPath(nameOrPath) : nameOrPath;
  try {
    const defaults = readJson(presetPath('default')) as Record<string, unknown>;
    const { profile, faults } = checkProfile(readJson(path), defaults);
    return { profile, faults: faults.map((fault) => `${path}: ${fault}`) };
  } catch (error) {
    return refuse(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function presetPath(name: string): string {
  return join(presetDir, `${name}.json`);
}

function refuse(fault: string): CheckedProfile {
  return { profile: null, faults: [fault] };
}
