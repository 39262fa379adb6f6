import { toTable } from './to-table.mjs';

/**
 * @typedef {object} Command
 * @property {Record<string, { placeholder?: string, help: string }>} [options]
 */

/**
 * Describes the command line by its own help.
 * @param {{ commands: Record<string, Command>, overview: string }} commandLine
 */
export function describeCommands({ commands, overview }) {
  /** @type {Map<string, string[]>} the commands of each option, by its help */
  const users = new Map();
  for (const [name, { options = {} }] of Object.entries(commands)) {
    for (const [option, { placeholder, help }] of Object.entries(options)) {
      const key = [
        `\`--${[option, placeholder].filter(Boolean).join(' ')}\``,
        help.replaceAll('<', '&lt;'),
      ].join('\n');
      users.set(key, [...(users.get(key) ?? []), `\`${name}\``]);
    }
  }
  const rows = [...users].map(([key, names]) => [...key.split('\n'), names.join(', ')]);
  return {
    overview: `\`\`\`text\n${overview}\n\`\`\``,
    options: toTable(['option', 'meaning', 'commands'], rows),
  };
}
