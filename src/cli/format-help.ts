import type { Command } from './command.js';
import { formatTable } from './format-table.js';

const exitCodeHelp = formatTable([
  ['  0', 'done, and the answer is yes'],
  ['  1', 'it could not be done; the message says why'],
  ['  2', 'the arguments or the settings cannot be used'],
  ['  3', 'the service does not run where it must, or runs where it must not'],
  [
    '  4',
    'done, and the answer is no: not licensed, denied, a trail that is not whole, a fault that was found',
  ],
]);

export function formatOverview(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [`  ${name}`, summary]);
  return [
    'Usage: pos-licensing <command> [options], with the settings of the service in the environment',
    formatTable(rows),
    '  pos-licensing <command> --help tells more of a command; --version tells the version.',
    `Exit codes:\n${exitCodeHelp}`,
  ].join('\n\n');
}

export function formatCommandHelp(name: string, { operands = [], options = {}, details }: Command): string {
  const rows = Object.entries(options).map(([option, { placeholder, help }]) => [
    `  --${option}${placeholder === undefined ? '' : ` ${placeholder}`}`,
    help,
  ]);
  return [
    `Usage: ${['pos-licensing', name, ...operands].join(' ')}${rows.length > 0 ? ' [options]' : ''}`,
    details,
    ...(rows.length > 0 ? [formatTable(rows)] : []),
  ].join('\n\n');
}
