/** A token that an Authorization server signs and that no server of the reference profile issues. */
interface OddToken {
  readonly what: string;
  /** Claims that replace those of a register. */
  readonly claims: object;
  /** Replaces members of the header. */
  readonly header: object;
  readonly isAdmissible: boolean;
  /** Whether only a profile that reads the device id from `sub` refuses it. */
  readonly isOddSubject?: boolean;
}

const features: readonly string[] = [];
const hub = { id: 'srv-1' };

const admissible: Readonly<Record<string, object>> = {
  'an audience in a list': { aud: ['urn:pos:fc-demo', 'urn:other'] },
  'no device': { device: null },
  'a device without an id': { device: { id: null } },
  'the client of a server, and no kind': { client_id: 'pos-server', device: {} },
  'a device that is a text': { device: 'till' },
  'an empty name': { device: { name: '' } },
  'a long name': { device: { name: `${'n'.repeat(255)}\u{1F600}` } },
  'a name with controls': { device: { name: 'a\u001b[31m\ud800' } },
  'a URL': { device: { url: 'https://till.example/' } },
  'a long URL': { device: { url: `https://till.example/${'u'.repeat(3000)}` } },
  'a feature that is a text': { license: { features: ' xms , ', hub } },
  'too many features': { license: { features: Array.from({ length: 101 }, (_, index) => `f${index}`), hub } },
  'odd features': { license: { features: ['', 'a\nb', 'f'.repeat(65)], hub } },
  'a renewal on a day': { license: { features, hub, renewal_date: '2099-06-30' } },
  'a renewal on the last day': { license: { features, hub, renewal_date: '9999-12-31' } },
  'a renewal with an offset': { license: { features, hub, renewal_date: '2099-06-30T23:59:59+02:00' } },
  'a hub with a name': { license: { features, hub: { id: 'srv-1', name: 'Store', url: '' } } },
  'a key': { cnf: { jkt: 'k'.repeat(43) } },
  'no key': { cnf: null },
  'the kind of a server': { client_id: 'pos-server', device: { kind: 'server' } },
  'a start in the past': { nbf: 1 },
  'a start at 0': { nbf: 0 },
  // It is refused, except while the clock of the server is suspect.
  'a start in the future': { nbf: 4_000_000_000 },
  'no organization name': { organization: { id: 'fc-demo' } },
};

const oddSubjects: Readonly<Record<string, object>> = {
  'an odd id': { sub: 'a.b' },
  'an id that is a number': { sub: 5 },
  'no id': { sub: null },
  'another id in the device': { device: { id: 'other' } },
};

const inadmissible: Readonly<Record<string, object>> = {
  'another audience': { aud: ['urn:pos:other'] },
  'a name that is a number': { device: { name: 5 } },
  'an unknown kind': { device: { kind: 'tablet' } },
  'an unknown client': { client_id: 'other', device: {} },
  'the client of a server': { client_id: 'pos-server' },
  'another issuer': { iss: 'http://other.example/' },
  'no organization': { organization: null },
  'another organization': { organization: { id: 'other' } },
  'no license': { license: null },
  'features that are a number': { license: { features: 5, hub } },
  'features that are numbers': { license: { features: [5], hub } },
  'no hub': { license: { features } },
  'another hub': { license: { features, hub: { id: 'srv-9' } } },
  'a renewal that is a number': { license: { features, hub, renewal_date: 5 } },
  'a renewal on no day': { license: { features, hub, renewal_date: '2099-02-30' } },
  'a renewal without an offset': { license: { features, hub, renewal_date: '2099-06-30T23:59:59' } },
  'a renewal on a day that Samoa skipped': { license: { features, hub, renewal_date: '2011-12-30' } },
  'a renewal in a month that no year has': { license: { features, hub, renewal_date: '2099-13-01' } },
  'a renewal before 1970': { license: { features, hub, renewal_date: '1969-06-30' } },
  'an end before its start': { iat: 2_000_000_000, exp: 1_900_000_000 },
  'an end that is a text': { exp: 'tomorrow' },
  'an end after the year 9999': { exp: 1e15 },
  'a start below zero': { iat: -1 },
  'a start that is a text': { nbf: 'tomorrow' },
  'an odd key': { cnf: { jkt: 'short' } },
  'another kind of key': { cnf: { 'x5t#S256': 'k'.repeat(43) } },
};

function listTokens(table: Readonly<Record<string, object>>, isAdmissible: boolean): OddToken[] {
  return Object.entries(table).map(([what, claims]) => ({ what, claims, header: {}, isAdmissible }));
}

export const oddTokens: readonly OddToken[] = [
  ...listTokens(admissible, true),
  ...listTokens(inadmissible, false),
  ...listTokens(oddSubjects, false).map((token) => ({ ...token, isOddSubject: true })),
  { what: 'a long type', claims: {}, header: { typ: 'application/AT+JWT' }, isAdmissible: true },
  { what: 'another type', claims: {}, header: { typ: 'JWT' }, isAdmissible: false },
  { what: 'no type', claims: {}, header: { typ: undefined }, isAdmissible: false },
  { what: 'another name of its algorithm', claims: {}, header: { alg: 'Ed25519' }, isAdmissible: true },
];
