import { type Profile, profileClaims, readClaimPath, signatureAlgorithms } from './profile.js';

const maxCharacters = 1024;
const demands = ['required', 'preferred', 'off'];

type Members = Readonly<Record<string, unknown>>;

/** `profile` is `null` if there are faults. */
export interface CheckedProfile {
  readonly profile: Profile | null;
  readonly faults: readonly string[];
}

/** The expectation completes a sentence that begins with the name of the member. */
interface Rule {
  readonly isMet: (value: unknown) => boolean;
  readonly expectation: string;
  /** The rules of the members of an object. */
  readonly members?: Readonly<Record<string, Rule>>;
}

const text: Rule = { isMet: isText, expectation: 'must be a text that is not empty' };
const parameter: Rule = {
  isMet: (value) => value === null || (typeof value === 'string' && value.length <= maxCharacters),
  expectation: `must be null or a text of at most ${maxCharacters} characters`,
};
const demand = oneOf(demands);
const path: Rule = {
  isMet: (value) => isTextList(typeof value === 'string' ? value.split('.') : value),
  expectation: 'must be a dotted path such as license.features, or a list of names',
};

const rules: Readonly<Record<keyof Profile, Rule>> = {
  clientIds: {
    isMet: isObject,
    expectation: 'must be an object with server and register',
    members: { server: text, register: text },
  },
  scope: parameter,
  resource: parameter,
  audience: text,
  tokenTypes: { isMet: isTextList, expectation: 'must be a list of texts' },
  algorithms: {
    isMet: (value) =>
      isTextList(value) && value.every((name) => signatureAlgorithms.some((one) => one === name)),
    expectation: `must be a list of ${signatureAlgorithms.join(', ')}`,
  },
  claims: {
    isMet: isObject,
    expectation: 'must be an object with the path of each claim',
    members: Object.fromEntries(profileClaims.map((name) => [name, path])),
  },
  featureSeparator: {
    isMet: (value) => value === null || isText(value),
    expectation: 'must be null or a text that is not empty',
  },
  dateZone: { isMet: isTimeZone, expectation: 'must be an IANA time zone such as America/New_York' },
  dpop: demand,
  statusList: demand,
  introspection: oneOf(['trusted', 'off']),
};

/** Checks a profile as a file contains it. Absent members have the values of `defaults`. Lists all faults. */
export function checkProfile(own: unknown, defaults: Members): CheckedProfile {
  if (!isObject(own)) return { profile: null, faults: ['it must contain a JSON object'] };
  const members: Members = {
    ...defaults,
    ...own,
    clientIds: complete(own['clientIds'], defaults['clientIds']),
    claims: complete(own['claims'], defaults['claims']),
  };
  const faults = findFaults(members, rules);
  if (faults.length > 0) return { profile: null, faults };
  const written = Object.entries(members['claims'] as Record<string, string | string[]>);
  const claims = Object.fromEntries(written.map(([name, claimPath]) => [name, readClaimPath(claimPath)]));
  return { profile: { ...members, claims } as unknown as Profile, faults };
}

/** Adds the defaults of absent members. Leaves what is not an object for the rules to refuse. */
function complete(own: unknown, defaults: unknown): unknown {
  if (own === undefined) return defaults;
  return isObject(own) ? { ...(defaults as Members), ...own } : own;
}

function findFaults(members: Members, known: Readonly<Record<string, Rule>>, prefix = ''): string[] {
  return Object.entries(members).flatMap(([name, value]) => {
    const rule = Object.hasOwn(known, name) ? known[name] : undefined;
    if (rule === undefined) return [`"${prefix}${name}" is not a member of a profile`];
    if (!rule.isMet(value)) return [`"${prefix}${name}" ${rule.expectation}`];
    return rule.members === undefined ? [] : findFaults(value as Members, rule.members, `${prefix}${name}.`);
  });
}

function oneOf(values: readonly string[]): Rule {
  return {
    isMet: (value) => values.some((one) => one === value),
    expectation: `must be ${values.join(' or ')}`,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}

function isTimeZone(value: unknown): boolean {
  try {
    return isText(value) && Intl.DateTimeFormat('en-US', { timeZone: value }) !== undefined;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
