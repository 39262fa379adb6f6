import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { type Profile, readClaimPath } from '../domain/profile.js';
import { ProfileFile } from './profile-file.js';

/** The same folder for the sources and for the build in `dist/`. */
const presetDir = join(import.meta.dirname, '../../profiles');
const presetName = /^[a-z0-9-]+$/;

type Members = Readonly<Record<string, unknown>>;

/** `profile` is `null` if there are faults. */
export interface LoadedProfile {
  readonly profile: Profile | null;
  readonly faults: readonly string[];
}

/** Reads a profile by the name of a preset or the path of a file. Lists all faults. */
export function loadProfile(nameOrPath: string): LoadedProfile {
  const presets = readdirSync(presetDir).map((file) => basename(file, '.json'));
  const isPreset = presetName.test(nameOrPath);
  if (isPreset && !presets.includes(nameOrPath)) {
    return refuse(
      `${nameOrPath} is not a preset (${presets.join(', ')}), and the path of a file contains / or .`,
    );
  }
  const path = isPreset ? presetPath(nameOrPath) : nameOrPath;
  try {
    return checkMembers(path, readMembers(path));
  } catch (error) {
    return refuse(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkMembers(path: string, own: Members): LoadedProfile {
  const defaults = readMembers(presetPath('default'));
  const members: Members = {
    ...defaults,
    ...own,
    clientIds: complete(own['clientIds'], defaults['clientIds']),
    claims: complete(own['claims'], defaults['claims']),
  };
  const file = plainToInstance(ProfileFile, members);
  const faults = validateSync(file, { whitelist: true, forbidNonWhitelisted: true }).flatMap((error) =>
    describe(error),
  );
  if (faults.length > 0) return { profile: null, faults: faults.map((fault) => `${path}: ${fault}`) };
  const claims = Object.entries(file.claims).map(([name, written]) => [name, readClaimPath(written)]);
  return { profile: { ...members, claims: Object.fromEntries(claims) } as Profile, faults: [] };
}

/** Adds the defaults of absent members. Leaves what is not an object for the checks to refuse. */
function complete(own: unknown, defaults: unknown): unknown {
  if (own === undefined) return defaults;
  return isObject(own) ? { ...(defaults as Members), ...own } : own;
}

function readMembers(path: string): Members {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isObject(value)) throw new Error('it must contain a JSON object');
  return value;
}

function presetPath(name: string): string {
  return join(presetDir, `${name}.json`);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns one line for each faulty member, even if it violates several rules. */
function describe({ property, constraints = {}, children = [] }: ValidationError, path = ''): string[] {
  const name = path + property;
  const [message] = Object.entries(constraints).map(([rule, text]) =>
    rule === 'whitelistValidation' ? 'is not a member of a profile' : text,
  );
  return [
    ...(message === undefined ? [] : [`"${name}" ${message}`]),
    ...children.flatMap((child) => describe(child, `${name}.`)),
  ];
}

function refuse(fault: string): LoadedProfile {
  return { profile: null, faults: [fault] };
}
