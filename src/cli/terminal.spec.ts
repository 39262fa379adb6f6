import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askUser } from './terminal.js';

function ask(keys: string): Promise<string> {
  const input = new PassThrough();
  const answer = askUser('Remove the license? ', input, new PassThrough());
  input.write(keys);
  return answer;
}

describe('a question at the terminal', () => {
  it('resolves to the line that the user enters', async () => {
    expect(await ask('yes\r')).toBe('yes');
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
    ['Ctrl-C after some letters', 'ye\u0003'],
  ])('ends the command with one line and exit code 130 at %s', async (_name, keys) => {
    await expect(ask(keys)).rejects.toMatchObject({
      message: '\nInterrupted: nothing was changed.',
      exitCode: 130,
    });
  });
});
