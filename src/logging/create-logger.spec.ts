import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../config/settings.js';
import { createLogger } from './create-logger.js';

describe.each(['pretty', 'json'] as const)('the %s log', (logFormat) => {
  afterEach(() => vi.restoreAllMocks());

  function write(log: (logger: ReturnType<typeof createLogger>) => void): string {
    let output = '';
    const take = (text: unknown): boolean => {
      output += String(text);
      return true;
    };
    vi.spyOn(process.stdout, 'write').mockImplementation(take);
    vi.spyOn(process.stderr, 'write').mockImplementation(take);
    log(createLogger({ logLevel: 'info', logFormat } as Settings));
    vi.restoreAllMocks();
    return output;
  }

  const forged = 'Device \u001b[2J\u009b31m\ud800\r\nforged line';

  it('has one line for a message with line breaks and terminal escapes from outside', () => {
    const output = write((logger) => logger.warn(forged, 'Test'));
    expect(output.trimEnd().split('\n')).toHaveLength(1);
    expect(output).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
  });

  it('indents the stack of an error, so that its message cannot forge a line', () => {
    const output = write((logger) => logger.error('Failed.', `Error: ${forged}\n    at here`, 'Test'));
    expect(output).not.toMatch(/^forged/m);
    expect(output).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
  });
});
