/**
 * Selects the entries of a file of apt's sources that have the main packages of this release, and changes their suite.
 * @param {string} text
 * @param {{ isList: boolean, codename: string, suite: string }} options `isList` for one line per entry, else deb822
 * @returns {string} empty if no entry matches
 */
export function selectSources(text, { isList, codename, suite }) {
  const hasSuite = new RegExp(String.raw`^[^#]*\s${codename}\s(?:[^#]*\s)?main\b`, 's');
  const hasField = new RegExp(String.raw`^Suites:(?:.*\s)?${codename}(?:\s|$)`, 'im');
  const entries = text
    .split(isList ? '\n' : /\n\s*\n/)
    .map((entry) => entry.replaceAll(/^#.*\n?/gm, ''))
    .filter((entry) =>
      isList
        ? /^\s*deb\s/.test(entry) && hasSuite.test(entry)
        : hasField.test(entry) && /^Components:(?:.*\s)?main\b/im.test(entry),
    );
  return entries
    .map((entry) =>
      entry
        .replaceAll(/\bdeb-src\b/g, '')
        // `bookworm-updates` and the like do not exist for each suite.
        .replaceAll(new RegExp(String.raw`(?<=\s)${codename}(-\S+)?(?=\s|$)`, 'g'), (_all, pocket) =>
          pocket === undefined ? suite : '',
        ),
    )
    .join(isList ? '\n' : '\n\n');
}
