import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../config/settings.js';
import { createLogger } from './create-logger.js';

function write(
  logFormat: Settings['logFormat'],
  log: (logger: ReturnType<typeof createLogger>) => void,
): string {
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

describe.each(['pretty', 'json'] as const)('the %s log', (logFormat) => {
  afterEach(() => vi.restoreAllMocks());

  const forged = 'Device \u001b[2J\u009b31m\ud800\r\nforged line';

  it('has one line for a message with line breaks and terminal escapes from outside', () => {
    const output = write(logFormat, (logger) => logger.warn(forged, 'Test'));
    expect(output.trimEnd().split('\n')).toHaveLength(1);
    expect(output).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
  });

  it('indents the stack of an error, so that its message cannot forge a line', () => {
    const output = write(logFormat, (logger) =>
      logger.error('Failed.', `Error: ${forged}\n    at here`, 'Test'),
    );
    expect(output).not.toMatch(/^forged/m);
    expect(output).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
  });

  it('has a line for an error that is reported by its message alone', () => {
    const output = write(logFormat, (logger) => logger.error('Event 7 is set aside.', undefined, 'Outbox'));
    expect(output).toMatch(/Event 7 is set aside\./);
  });
});

describe('an entry of the JSON log', () => {
  it('has the words of LOG_LEVEL, and the time in UTC with milliseconds', () => {
    const output = write('json', (logger) => {
      logger.log('Started.', 'Service');
      logger.warn('Late.');
      logger.error('Failed.');
    });
    const lines = output.trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.map(({ level }) => level)).toEqual(['info', 'warn', 'error']);
    for (const { timestamp } of entries) expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
    expect(entries[0]).toMatchObject({ message: 'Started.', context: 'Service' });
  });
});
