import type { ExitCode } from './exit-code.js';
import type { Terminal } from './terminal.js';

export interface CommandOption {
  readonly type: 'boolean' | 'string';
  /** The placeholder of the value in the help, such as `<file>`; only for a `string`. */
  readonly placeholder?: string;
  readonly help: string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** The parsed arguments and the environment of a command. */
export interface CommandInput {
  readonly operands: readonly string[];
  readonly terminal: Terminal;
  readonly variables: Variables;
  readonly isSet: (option: string) => boolean;
  /** Returns the value of a `string` option, or `null` if it was not given. */
  readonly textOf: (option: string) => string | null;
}

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Full sentences for the help of this command. */
  readonly details: string;
  /** The positional arguments, such as `<file>`; optional ones in brackets. */
  readonly operands?: readonly string[];
  readonly options?: Readonly<Record<string, CommandOption>>;
  run(input: CommandInput): Promise<ExitCode>;
}
