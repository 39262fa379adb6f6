import { toPlainText } from '../domain/claim-values.js';
import { limitAnswer } from '../oauth/limit-answer.js';

/** Longer than every text that the service sends. */
const maxCharacters = 2_000;
/** Larger than every answer except a backup: a page has at most 200 entries. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Reads JSON from outside. Each of its texts, names of members included, is a single line of bounded length, so that a
 * hostile server can neither forge lines of the output nor control the terminal. @throws SyntaxError
 */
export async function readAnswer(response: Response): Promise<unknown> {
  return parseOutside(await readText(response));
}

/** @throws if the answer is too long */
export async function readText(response: Response): Promise<string> {
  return (await limitAnswer(response, maxBytes)).text();
}

/** Parses JSON from outside like {@link readAnswer}. @throws SyntaxError */
export function parseOutside(json: string): unknown {
  return JSON.parse(json, (_name, value: unknown) => {
    if (typeof value === 'string') return toLine(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [toLine(name), member]));
  });
}

/** Makes a text from outside a single printable line of bounded length. */
export function toLine(text: string): string {
  return toPlainText(text, maxCharacters);
}
