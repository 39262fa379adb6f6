import { parseArgs } from 'node:util';
import { InvalidSettingsError } from '../config/load-settings.js';
import { serviceVersion } from '../config/service-version.js';
import type { Command, CommandInput, Variables } from './command.js';
import { CommandError } from './command-error.js';
import { commands } from './commands.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { findSimilar } from './find-similar.js';
import { formatCommandHelp, formatOverview } from './format-help.js';
import type { Terminal } from './terminal.js';

/** Runs the command named by the arguments. Resolves to the exit code; never rejects. */
export async function runCommandLine(
  args: readonly string[],
  variables: Variables,
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    return await dispatch(args, variables, terminal);
  } catch (error) {
    terminal.notify(explain(error));
    return exitCodeOf(error);
  }
}

async function dispatch(
  args: readonly string[],
  variables: Variables,
  terminal: Terminal,
): Promise<ExitCode> {
  const [name = '--help', ...rest] = args;
  if (['--help', '-h', 'help'].includes(name)) {
    terminal.print(formatOverview(await loadAll()));
    return args.length === 0 ? exitCodes.usage : exitCodes.ok;
  }
  if (name === '--version') {
    terminal.print(serviceVersion);
    return exitCodes.ok;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    const similar = findSimilar(name, Object.keys(commands));
    const hint = similar === null ? '' : ` Did you mean "${similar}"?`;
    throw usageError(`Unknown command "${name}".${hint} pos-licensing --help lists the commands.`);
  }
  return runCommand(name, await load(), rest, variables, terminal);
}

async function runCommand(
  name: string,
  command: Command,
  args: readonly string[],
  variables: Variables,
  terminal: Terminal,
): Promise<ExitCode> {
  const { values, positionals } = parse(name, command, args);
  if (values['help'] === true) {
    terminal.print(formatCommandHelp(name, command));
    return exitCodes.ok;
  }
  const operands = command.operands ?? [];
  const needed = operands.filter((operand) => !operand.startsWith('['));
  if (positionals.length < needed.length || positionals.length > operands.length) {
    throw usageError(`Usage: ${['pos-licensing', name, ...operands].join(' ')}; --help lists the options.`);
  }
  const input: CommandInput = {
    operands: positionals,
    terminal,
    variables,
    isSet: (option) => values[option] === true,
    textOf: (option) => {
      const value = values[option];
      return typeof value === 'string' ? value : null;
    },
  };
  return command.run(input);
}

interface ParsedArguments {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

function parse(name: string, { options = {} }: Command, args: readonly string[]): ParsedArguments {
  const known = Object.entries(options).map(([option, { type }]) => [option, { type }] as const);
  try {
    return parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(known), help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    const [, typed] = /^Unknown option '--(.+)'$/.exec(reason) ?? [];
    const similar = typed === undefined ? null : findSimilar(typed, [...Object.keys(options), 'help']);
    const hint = similar === null ? '' : ` Did you mean --${similar}?`;
    throw usageError(`${reason}.${hint} pos-licensing ${name} --help lists the options.`);
  }
}

function usageError(message: string): CommandError {
  return new CommandError('usage', message, exitCodes.usage);
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof InvalidSettingsError) return exitCodes.usage;
  const isRunning =
    error instanceof Error &&
    'code' in error &&
    /^(service-running|database-locked)$/.test(String(error.code));
  return isRunning ? exitCodes.service : exitCodes.failure;
}

/** Returns only the message of our own errors, which have a code in words, and of system errors; the stack of any other. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isOurs =
    error instanceof CommandError || ('code' in error && /^[a-z]+(-[a-z]+)*$/.test(String(error.code)));
  if (isOurs) return error.message;
  return 'code' in error && 'syscall' in error ? error.message : (error.stack ?? error.message);
}

async function loadAll(): Promise<Record<string, Command>> {
  const loaded = Object.entries(commands).map(async ([name, load]) => [name, await load()] as const);
  return Object.fromEntries(await Promise.all(loaded));
}
