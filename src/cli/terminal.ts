import { createInterface } from 'node:readline/promises';

/** Where a command reads and writes. */
export interface Terminal {
  /** Writes a line of the result. */
  print(text: string): void;
  /** Writes a line beside the result: progress, a warning, a fault. */
  notify(text: string): void;
  /** Asks a person. Resolves to null where there is none. */
  ask(question: string): Promise<string | null>;
}

/** The terminal of this process. */
export const processTerminal: Terminal = {
  print: (text) => void process.stdout.write(`${text}\n`),
  notify: (text) => void process.stderr.write(`${text}\n`),
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
