import { isatty } from 'node:tty';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { toPrintable, toPrintableLines } from '../domain/printable.js';
import type { Settings } from '../config/settings.js';
import { CountedLog } from './counted-log.js';

/** The log levels of NestJS for each LOG_LEVEL. */
const levels: Record<Settings['logLevel'], LogLevel[]> = {
  error: ['error', 'fatal'],
  warn: ['error', 'fatal', 'warn'],
  info: ['error', 'fatal', 'warn', 'log'],
  debug: ['error', 'fatal', 'warn', 'log', 'debug', 'verbose'],
};

/** The words of LOG_LEVEL for the levels of NestJS that have others. */
const words: Readonly<Partial<Record<string, string>>> = { log: 'info', verbose: 'debug' };

/** Contexts in which NestJS logs every module and route at start; hidden unless the level is debug. */
const frameworkContexts = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/** Members that are masked in logged objects. Texts are not searched, so they must not contain secrets. */
export const secretMembers = [
  'accessToken',
  'refreshToken',
  'deviceCode',
  'userCode',
  'dpopKey',
  'secrets',
  'authorization',
  'cookie',
];

/** Creates the logger of this process. */
export function createLogger(settings: Settings): ConsoleLogger {
  return new ServiceLogger({
    logLevels: levels[settings.logLevel],
    json: settings.logFormat === 'json',
    colors: settings.logFormat === 'pretty' && isatty(1),
    redact: secretMembers,
  });
}

/** Writes a line that repeats within a minute once, and then as one line with its count at the end of each minute. */
class ServiceLogger extends ConsoleLogger {
  /** By level and context: a flood of different lines in one context hides no line of another. */
  private readonly counted = new Map<string, CountedLog>();

  override log(message: unknown, ...rest: unknown[]): void {
    if (frameworkContexts.has(String(rest.at(-1))) && !this.isLevelEnabled('debug')) return;
    this.count('log', message, rest, () => super.log(message, ...rest));
  }

  override warn(message: unknown, ...rest: unknown[]): void {
    this.count('warn', message, rest, () => super.warn(message, ...rest));
  }

  override error(message: unknown, ...rest: unknown[]): void {
    // A fault at start, which `explainStartFault` reports.
    if (rest.at(-1) === 'ExceptionHandler') return;
    this.count('error', message, rest, () => super.error(message, ...rest));
  }

  private count(
    level: 'log' | 'warn' | 'error',
    message: unknown,
    rest: readonly unknown[],
    writeFirst: () => void,
  ): void {
    const name = `${level} ${String(rest.at(-1))}`;
    const counted = this.counted.get(name) ?? countRepeats((text) => super[level](text, 'Log'));
    this.counted.set(name, counted);
    counted.count(keyOf(message, rest), writeFirst);
  }

  /** Messages repeat text from outside, such as the name of a device. */
  protected override printMessages(...args: Parameters<ConsoleLogger['printMessages']>): void {
    const [messages, context, level, stream, stack, params] = args;
    const printable = messages.map((message) =>
      typeof message === 'string' ? toPrintable(message) : message,
    );
    const printableStack = typeof stack === 'string' ? indent(stack) : stack;
    super.printMessages(printable, context, level, stream, printableStack, params);
  }

  /** NestJS passes no stack if an error is reported by its message alone. */
  protected override printStackTrace(stack: string | undefined): void {
    if (stack !== undefined) super.printStackTrace(indent(stack));
  }

  /** Writes the level in the words of LOG_LEVEL, and the time as a person reads it. */
  protected override stringifyJsonLogObject(
    entry: Parameters<ConsoleLogger['stringifyJsonLogObject']>[0],
  ): string {
    const level = String(entry['level']);
    const written = { ...entry, level: words[level] ?? level, timestamp: this.getTimestamp() };
    return super.stringifyJsonLogObject(written);
  }

  protected override formatPid(): string {
    return '';
  }

  protected override getTimestamp(): string {
    return new Date().toISOString();
  }
}

function countRepeats(write: (text: string) => void): CountedLog {
  return new CountedLog(
    (line, count) => write(`${count} times in the last minute: ${line}`),
    'further lines, all different',
  );
}

/** Returns the context and the text of a line, with the first line of its error. */
function keyOf(message: unknown, rest: readonly unknown[]): string {
  const [first = ''] = String(rest.length > 1 ? rest[0] : '').split('\n', 1);
  return [`[${String(rest.at(-1))}]`, String(message), first].join(' ').trim();
}

/** Indents the lines of a stack, so that none looks like a line of the log. */
function indent(stack: string): string {
  return toPrintableLines(stack).replaceAll('\n', '\n    ');
}
