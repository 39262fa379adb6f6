/**
 * @typedef {{ uri: string, suites: string[], components: string[], signedBy: string | null }} AptSource
 */

/**
 * Reads one file of apt's sources, in either of its two formats.
 * @param {string} text
 * @param {'list' | 'sources'} format one line an entry, or deb822 paragraphs
 * @returns {AptSource[]} the enabled binary entries, one for each URI
 */
export function parseAptSources(text, format) {
  return format === 'list' ? parseLines(text) : parseParagraphs(text);
}

/** @param {string} text @returns {AptSource[]} */
function parseLines(text) {
  const entries = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (match === null) continue;
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1] ?? null;
    entries.push({
      uri,
      suites: [suite],
      components: splitWords(components),
      signedBy: asKeyringPath(signedBy),
    });
  }
  return entries;
}

/** @param {string} text @returns {AptSource[]} */
function parseParagraphs(text) {
  const entries = [];
  for (const paragraph of text.split(/\n\s*\n/)) {
    const fields = readFields(paragraph);
    const isEnabled = !/^(no|false|off|0|without|disable)$/i.test(fields.get('enabled') ?? 'yes');
    if (!isEnabled || !splitWords(fields.get('types')).includes('deb')) continue;
    for (const uri of splitWords(fields.get('uris'))) {
      entries.push({
        uri,
        suites: splitWords(fields.get('suites')),
        components: splitWords(fields.get('components')),
        signedBy: asKeyringPath(fields.get('signed-by') ?? null),
      });
    }
  }
  return entries;
}

/** @param {string} paragraph */
function readFields(paragraph) {
  /** @type {Map<string, string>} */
  const fields = new Map();
  let name = '';
  for (const line of paragraph.split('\n')) {
    if (line.startsWith('#')) continue;
    const field = /^([A-Za-z-]+):(.*)$/.exec(line);
    if (field !== null) name = (field[1] ?? '').toLowerCase();
    fields.set(name, `${fields.get(name) ?? ''} ${field === null ? line.trim() : (field[2] ?? '')}`.trim());
  }
  return fields;
}

/** @param {string | undefined} text */
function splitWords(text) {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

/**
 * Only a keyring that is a file is carried over: deb822 also allows a key written out in the paragraph, and then
 * apt's own trusted keys have to do.
 * @param {string | null} signedBy
 */
function asKeyringPath(signedBy) {
  return signedBy !== null && /^\/\S+$/.test(signedBy) ? signedBy : null;
}
