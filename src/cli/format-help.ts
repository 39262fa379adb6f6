import type { Command } from './command.js';
import { formatTable } from './format-table.js';

const exitCodeHelp = formatTable([
  ['  0', 'success'],
  ['  1', 'the command failed; the message gives the reason'],
  ['  2', 'the arguments or settings are invalid'],
  ['  3', 'the command needs a running service, or a stopped one'],
  ['  4', 'negative result: not licensed, denied, audit trail not intact, fault found'],
  ['130', 'interrupted by Ctrl-C or Ctrl-D at a question'],
]);

export function formatOverview(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [`  ${name}`, summary]);
  return [
    'Usage: pos-licensing <command> [options], with the settings of the service in the environment',
    formatTable(rows),
    '  pos-licensing <command> --help describes a command; --version prints the version.',
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
