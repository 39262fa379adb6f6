import type { ExitCode } from './exit-code.js';
import type { Terminal } from './terminal.js';

export interface CommandOption {
  readonly type: 'boolean' | 'string';
  /** What stands for the value in the help, such as `<file>`; only of a `string`. */
  readonly placeholder?: string;
  readonly help: string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** What a command was called with. */
export interface CommandInput {
  readonly operands: readonly string[];
  readonly terminal: Terminal;
  readonly variables: Variables;
  readonly isSet: (option: string) => boolean;
  /** The value of a `string` option; null: not given. */
  readonly textOf: (option: string) => string | null;
}

/** One command of the command line, in a file of its own. */
export interface Command {
  /** One line, for the list of all commands. */
  readonly summary: string;
  /** What it does, in sentences, for its own help. */
  readonly details: string;
  /** The names of what may stand after it, such as `<file>`. */
  readonly operands?: readonly string[];
  readonly options?: Readonly<Record<string, CommandOption>>;
  run(input: CommandInput): Promise<ExitCode>;
}
