import { toTable } from './to-table.mjs';

/**
 * @typedef {object} Configuration
 * @property {string} source the text of src/config/environment.ts, whose comments say what each setting is for
 * @property {Record<string, string | number | undefined>} defaults a fresh instance of the configuration class
 * @property {readonly { propertyName: string, message?: unknown }[]} checks the metadata of its validators
 * @property {readonly string[]} secretNames
 */

/** Describes the settings of the service. @param {Configuration} configuration */
export function describeSettings({ source, defaults, checks, secretNames }) {
  const comments = readComments(source);
  const names = [...new Set(checks.map(({ propertyName }) => propertyName))];
  const rows = names.map((name) => {
    const comment = comments.get(name);
    if (comment === undefined) throw new Error(`${name} needs a comment in src/config/environment.ts`);
    const [meaning = '', fallback = ''] = comment.split(' @defaultValue ');
    const file = secretNames.includes(name) ? `<br>\`${name}_FILE\`` : '';
    const value = defaults[name] === undefined ? fallback : `\`${defaults[name]}\``;
    return [`\`${name}\`${file}`, value, meaning, describeChecks(name, checks)];
  });
  return toTable(['setting', 'default', 'meaning', 'it must'], rows);
}

/** The doc comment above each property of the class. @param {string} source */
function readComments(source) {
  const comment = /^ {2}\/\*\*((?:(?!\*\/)[^])*)\*\/\n(?:(?! {2}\/\*\*)[^\n]*\n)*? {2}([A-Z_]+)(?:\?:| =)/gm;
  return new Map(
    [...source.matchAll(comment)].map(([, text = '', name = '']) => [
      name,
      text.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim(),
    ]),
  );
}

/** @param {string} name @param {Configuration['checks']} checks */
function describeChecks(name, checks) {
  const messages = checks
    .filter(({ propertyName, message }) => propertyName === name && typeof message === 'string')
    .map(({ message }) => String(message).replace(`${name} must `, '').replaceAll('<', '&lt;'));
  return [...new Set(messages)].join('; ');
}
