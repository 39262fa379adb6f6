import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkProfile } from '../../src/domain/check-profile.js';
import type { Profile } from '../../src/domain/profile.js';

const defaults = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../profiles/default.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

/** A profile that a person writes, by what is odd about it. */
interface OddProfile {
  readonly what: string;
  readonly written: unknown;
  readonly isUsable: boolean;
}

const usable: Readonly<Record<string, unknown>> = {
  'no member': {},
  'no scope': { scope: null },
  'a scope': { scope: 'license' },
  'a list as a path': { claims: { hubName: ['license', 'hub', 'na.me'] } },
  'a device id in the device': { claims: { deviceId: 'device.id' } },
  'a separator': { featureSeparator: ';' },
};

const unusable: Readonly<Record<string, unknown>> = {
  'a list': [],
  'no object': null,
  'an unknown member': { clientId: 'pos-server' },
  'an unknown claim': { claims: { constructor: 'sub' } },
  'claims that are a list': { claims: [] },
  'an empty path': { claims: { hubName: '' } },
  'an empty list as a path': { claims: { hubName: [] } },
  'a list of numbers as a path': { claims: { hubName: [5] } },
  'clients that are a text': { clientIds: 'pos-server' },
  'a client that is a number': { clientIds: { server: 5 } },
  'a long scope': { scope: 's'.repeat(2000) },
  'a scope that is a number': { scope: 5 },
  'an unknown algorithm': { algorithms: ['HS256'] },
  'algorithms that are a text': { algorithms: 'ES256' },
  'an unknown demand': { dpop: 'always' },
  'an empty separator': { featureSeparator: '' },
  'an unknown zone': { dateZone: 'Mars/Olympus' },
  'a zone that is a number': { dateZone: 5 },
};

function list(table: Readonly<Record<string, unknown>>, isUsable: boolean): OddProfile[] {
  return Object.entries(table).map(([what, written]) => ({ what, written, isUsable }));
}

export const oddProfiles: readonly OddProfile[] = [...list(usable, true), ...list(unusable, false)];

/** Whether the service uses a profile that a person has written. */
export function isUsed({ written }: OddProfile): boolean {
  return checkProfile(written, defaults).profile !== null;
}

function read(written: unknown): Profile {
  const { profile, faults } = checkProfile(written, defaults);
  if (profile === null) throw new Error(faults.join(' '));
  return profile;
}

/** The profiles of simulated stores. Samoa skipped a day. */
export const profilesOfStores: readonly Profile[] = [
  {},
  { introspection: 'trusted' },
  {
    introspection: 'trusted',
    featureSeparator: ',',
    dateZone: 'Pacific/Apia',
    claims: { deviceId: ['device', 'id'] },
  },
].map(read);
