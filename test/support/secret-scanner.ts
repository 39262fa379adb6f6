/** The secrets that were issued or created in the tests of this file, each with its kind. */
const secrets = new Map<string, string>();
/** The codes that a person may see behind the login. */
const shownToAdmins = new Map<string, string>();
const shortest = 8;

/** The shapes of a secret from any issuer: a token or a proof, and 32 random bytes in their readable form. */
const shapes: readonly (readonly [what: string, shape: RegExp])[] = [
  ['a JWT', /eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}/],
  ['an opaque token', /(?<![\w/+-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{43}(?![\w/+=-])/],
];

/** Records a secret, so that all later output of the service is searched for it. */
export function noteSecret(what: string, value: string | null | undefined): void {
  if (value !== null && value !== undefined && value.length >= shortest) secrets.set(value, what);
}

/** Records a code that may be shown only to a logged-in person. */
export function noteUserCode(value: string | null | undefined): void {
  if (value !== null && value !== undefined && value.length >= shortest)
    shownToAdmins.set(value, 'a user code');
}

/** Forgets the secrets of other test files, which have ended together with their services. */
export function forgetSecrets(): void {
  secrets.clear();
  shownToAdmins.clear();
}

/** @throws if a public text contains a secret; the error does not contain it */
export function expectNoSecrets(where: string, text: string): void {
  expectNone(where, text, [...secrets, ...shownToAdmins]);
}

/** Does the same for an answer to an admin. */
export function expectNoSecretsForAdmins(where: string, text: string): void {
  expectNone(where, text, secrets);
}

/** Does the same for a log, which must not even contain a text in the shape of a secret. */
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

/** A text contains a secret. The message has the text before the secret, but not the secret itself. */
export class LeakedSecretError extends Error {
  readonly code = 'leaked-secret';

  constructor(what: string, where: string, text: string, at: number) {
    super(`${where} holds ${what}, after: ${text.slice(Math.max(0, at - 200), at)}`);
  }
}
