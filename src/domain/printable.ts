/**
 * Makes a text from outside safe for a terminal, a line of a log, a database and UTF-8: replaces control characters such as
 * escapes and line breaks, characters that change the direction of the text around them, and half surrogate pairs.
 */
export function toPrintable(text: string): string {
  // Nearly every text is plain ASCII, and the tables of Unicode take most of the time that reading a token takes.
  if (/^[ -~]*$/.test(text)) return text;
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, ' ')
    .replaceAll(/\p{Cs}/gu, '\uFFFD');
}

/** Makes each line of a text printable. Its own lines stay. */
export function toPrintableLines(text: string): string {
  return text.split('\n').map(toPrintable).join('\n');
}
