import { patterns } from './patterns.mjs';

/**
 * Finds words and patterns that are not plain English in the prose of a file.
 * @param {string} file its name decides what counts as prose
 * @param {string} text
 * @returns {{ line: number, words: string, instead: string }[]}
 */
export function findFaults(file, text) {
  const prose = proseOf(file, text);
  return patterns
    .flatMap(([pattern, instead]) =>
      [...prose.matchAll(spanLines(pattern))].map(({ 0: words, index }) => ({
        line: prose.slice(0, index).split('\n').length,
        words: words.replaceAll(/\s+/g, ' ').trim(),
        instead,
      })),
    )
    .toSorted((a, b) => a.line - b.line);
}

/** Lets the spaces of a pattern match line breaks. @param {RegExp} pattern */
function spanLines(pattern) {
  return new RegExp(pattern.source.replaceAll(' ', String.raw`\s+`), `${pattern.flags}gm`);
}

/** The text with everything blanked that is not prose, so that lines keep their numbers. @param {string} file @param {string} text */
function proseOf(file, text) {
  if (file.endsWith('.md')) return blank(text, markdownCode);
  if (/\.[cm]?[jt]s$/.test(file)) return keepOnly(text, commentsAndStrings, isProse);
  return text;
}

// Generated blocks are checked where they come from.
const markdownCode = /<!-- generated: [^]*?<!-- end -->|^```[^]*?^```|`[^`\n]+`|\]\([^)]*\)|<https?:[^>]*>/gm;
const commentsAndStrings =
  /\/\*[^]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

/** Code in a comment, and the sign at the beginning of a comment line. */
const codeAndSigns = /`[^`\n]+`|^\s*(?:\*|\/\/)/gm;

/** A string without a space is a name, a path or a key. @param {string} token */
function isProse(token) {
  return token.startsWith('/') || /\S \S/.test(token);
}

/** @param {string} text @param {RegExp} pattern */
function blank(text, pattern) {
  return text.replaceAll(pattern, toSpaces);
}

/** @param {string} text @param {RegExp} pattern @param {(token: string) => boolean} isKept */
function keepOnly(text, pattern, isKept) {
  let result = '';
  let end = 0;
  for (const { 0: token, index } of text.matchAll(pattern)) {
    result += toSpaces(text.slice(end, index));
    result += isKept(token) ? token.replaceAll(codeAndSigns, toSpaces) : toSpaces(token);
    end = index + token.length;
  }
  return result + toSpaces(text.slice(end));
}

/** @param {string} text */
function toSpaces(text) {
  return text.replaceAll(/[^\n]/g, ' ');
}
