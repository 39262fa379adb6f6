/** What has been issued or made up as a secret while the tests of this file run, and what it is. */
const secrets = new Map<string, string>();
/** What a person may see behind the login. */
const shownToAdmins = new Map<string, string>();
const shortest = 8;

/** What looks like a secret, whoever has issued it: a token or a proof, and 32 random bytes as they are written for people. */
const shapes: readonly (readonly [what: string, shape: RegExp])[] = [
  ['a JWT', /eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}/],
  ['an opaque token', /(?<![\w/+-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{43}(?![\w/+=-])/],
];

/** Takes note of a secret, so that it is looked for in whatever the service says from now on. */
export function noteSecret(what: string, value: string | null | undefined): void {
  if (value !== null && value !== undefined && value.length >= shortest) secrets.set(value, what);
}

/** Takes note of what may be shown, but only to who is logged in. */
export function noteUserCode(value: string | null | undefined): void {
  if (value !== null && value !== undefined && value.length >= shortest)
    shownToAdmins.set(value, 'a user code');
}

/** Forgets what other test files have noted: their secrets are gone with what held them. */
export function forgetSecrets(): void {
  secrets.clear();
  shownToAdmins.clear();
}

/** @throws if a text that anybody may read holds a secret; the error does not */
export function expectNoSecrets(where: string, text: string): void {
  expectNone(where, text, [...secrets, ...shownToAdmins]);
}

/** The same for an answer to an admin. */
export function expectNoSecretsForAdmins(where: string, text: string): void {
  expectNone(where, text, secrets);
}

/** The same for a log, which holds nothing that only looks like a secret either. */
export function expectNoSecretsInLog(where: string, text: string): void {
  expectNoSecrets(where, text);
  for (const [what, shape] of shapes) {
    const at = text.search(shape);
    if (at >= 0) throw new LeakedSecretError(what, where, text, at);
  }
}

function expectNone(where: string, text: string, wanted: Iterable<readonly [string, string]>): void {
  for (const [value, what] of wanted) {
    const at = text.indexOf(value);
    if (at >= 0) throw new LeakedSecretError(what, where, text, at);
  }
}

/** Something said what it must not; what stands before it tells where, the secret itself is left out. */
export class LeakedSecretError extends Error {
  readonly code = 'leaked-secret';

  constructor(what: string, where: string, text: string, at: number) {
    super(`${where} holds ${what}, behind: ${text.slice(Math.max(0, at - 200), at)}`);
  }
}
