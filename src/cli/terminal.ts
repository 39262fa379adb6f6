import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { toPrintableLines } from '../domain/printable.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';

/** The input and output of a command. */
export interface Terminal {
  /** Writes a line of the result to stdout. */
  print(text: string): void;
  /** Writes a line of progress, a warning or a fault to stderr. */
  notify(text: string): void;
  /** Asks the user. Resolves to `null` without a terminal. */
  ask(question: string): Promise<string | null>;
}

/** The terminal of this process. Names and reasons come from outside, so no text controls the terminal. */
export const processTerminal: Terminal = {
  print: (text) => void process.stdout.write(`${toPrintableLines(text)}\n`),
  notify: (text) => void process.stderr.write(`${toPrintableLines(text)}\n`),
  ask: (question) =>
    process.stdin.isTTY ? askUser(question, process.stdin, process.stderr) : Promise.resolve(null),
};

/** Resolves to the answer of the user. @throws CommandError at Ctrl-C and Ctrl-D */
export async function askUser(question: string, input: Readable, output: Writable): Promise<string> {
  const reader = createInterface({ input, output, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      const interrupt = (): void =>
        reject(new CommandError('interrupted', '\nInterrupted: nothing was changed.', exitCodes.interrupted));
      reader.once('SIGINT', interrupt);
      // Ctrl-D closes the reader without an answer.
      reader.once('close', interrupt);
      reader.question(question, resolve);
    });
  } finally {
    reader.close();
  }
}
