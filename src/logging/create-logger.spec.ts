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

  it.each<[string, (logger: ReturnType<typeof createLogger>, attempt: number) => void, string]>([
    ['a warning', (logger) => logger.warn('Broker lost.', 'NATS'), '[NATS] Broker lost.'],
    ['an error', (logger) => logger.error('No answer.', 'NATS'), '[NATS] No answer.'],
    [
      'an error with different stacks',
      (logger, attempt) => logger.error('Failed.', `Error: no database\n    at ${attempt}`, 'HTTP'),
      '[HTTP] Failed. Error: no database',
    ],
    [
      'an error with a cause',
      (logger) => logger.error('Storing failed.', new Error('full'), 'Peers'),
      '[Peers] Storing failed. Error: full',
    ],
    ['the end of a fault', (logger) => logger.log('It works again.', 'NATS'), '[NATS] It works again.'],
  ])('shows %s that repeats once, and then one line with its count for each minute', (_, log, line) => {
    vi.useFakeTimers();
    const lines = write(logFormat, (logger) => {
      for (let attempt = 0; attempt < 4000; attempt += 1) {
        log(logger, attempt);
        vi.advanceTimersByTime(30);
      }
    }).split('\n');
    vi.useRealTimers();
    const message = /\] (.*?\.)/.exec(line)?.[1] ?? '';
    const [first, ...counts] = lines.filter((text) => text.includes(message));
    expect(first).not.toMatch(/last minute/);
    expect(counts).toEqual([
      expect.stringContaining(`1999 times in the last minute: ${line}`),
      expect.stringContaining(`2000 times in the last minute: ${line}`),
    ]);
  });

  it('shows a line of one context during a flood of different lines in another', () => {
    const output = write(logFormat, (logger) => {
      for (let client = 0; client < 1000; client += 1) logger.warn(`Client ${client} is refused.`, 'Callout');
      logger.warn('The disk is full.', 'Database');
    });
    expect(output).toContain('The disk is full.');
    expect(output.split('\n').length).toBeLessThan(600);
  });

  it('shows lines that differ', () => {
    const output = write(logFormat, (logger) => {
      for (const name of ['a', 'b', 'a']) logger.warn(`Device ${name} is refused.`, 'Callout');
      logger.warn('Device a is refused.', 'Peers');
    });
    expect(output.trimEnd().split('\n')).toHaveLength(3);
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
