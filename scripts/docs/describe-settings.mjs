import { format } from 'prettier';

/**
 * @typedef {object} Configuration
 * @property {Record<string, string | number | undefined>} defaults a fresh instance of the configuration class
 * @property {readonly { propertyName: string, message: unknown }[]} checks the metadata of its validators
 * @property {readonly string[]} secretNames
 * @property {string} readme it says what each setting is for, and what the default is where that is no fixed value
 */

/**
 * Writes the reference of the settings: names, defaults and checks from the configuration class, and what each is for
 * from README.md, so that nothing is written twice.
 * @param {Configuration} configuration
 * @returns {Promise<string>} Markdown
 */
export async function describeSettings({ defaults, checks, secretNames, readme }) {
  const names = [...new Set(checks.map(({ propertyName }) => propertyName))];
  const rows = names.map((name) => {
    const shown = readRow(readme, name);
    const file = secretNames.includes(name) ? `<br>\`${name}_FILE\`` : '';
    const value = defaults[name] === undefined ? shown.fallback : `\`${defaults[name]}\``;
    return `| \`${name}\`${file} | ${value} | ${shown.meaning} | ${describeChecks(name, checks)} |`;
  });
  return format([introduction, ...rows, ''].join('\n'), { parser: 'markdown', printWidth: 140 });
}

const introduction = `# Settings

Of the licensing service, from its environment. Written by \`npm run docs\` from
[src/config/environment.ts](../src/config/environment.ts) and [README.md](../README.md): change those.

If anything is wrong with the settings the service does not start, and lists all that is wrong. An empty variable counts as absent.
Where a name with \`_FILE\` stands below the other, that one names a file with the value; both set is an error.

| setting | default | what it is for | it must |
| --- | --- | --- | --- |`;

/** @param {string} readme @param {string} name */
function readRow(readme, name) {
  const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` `));
  if (row === undefined) throw new Error(`README.md says nothing of ${name}: give it a row`);
  const [fallback = '', meaning = ''] = row.split('|').slice(2, 4);
  return { fallback: fallback.trim(), meaning: meaning.trim() };
}

/** @param {string} name @param {Configuration['checks']} checks */
function describeChecks(name, checks) {
  const messages = checks
    .filter(({ propertyName, message }) => propertyName === name && typeof message === 'string')
    .map(({ message }) =>
      String(message).replace(`${name} must `, '').replaceAll('<', '&lt;').replaceAll('|', '\\|'),
    );
  return [...new Set(messages)].join('; ');
}
