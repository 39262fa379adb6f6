/** Returns whether a text is a valid name: 1 to 100 characters without control characters. */
export function isName(text: string): boolean {
  return /^\P{Cc}{1,100}$/u.test(text);
}
