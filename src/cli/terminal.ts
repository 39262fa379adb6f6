import { createInterface } from 'node:readline/promises';
import { toPrintableLines } from '../domain/printable.js';

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
  ask: async (question) => {
    if (!process.stdin.isTTY) return null;
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await reader.question(question);
    } finally {
      reader.close();
    }
  },
};
