import { isatty } from 'node:tty';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { Settings } from '../config/settings.js';

/** What each level of the setting lets through, in the framework's names. */
const levels: Record<Settings['logLevel'], LogLevel[]> = {
  error: ['error', 'fatal'],
  warn: ['error', 'fatal', 'warn'],
  info: ['error', 'fatal', 'warn', 'log'],
  debug: ['error', 'fatal', 'warn', 'log', 'debug', 'verbose'],
};

/** Where the framework lists every module and route at start: of use to its developers only. */
const frameworkContexts = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/** Members that are masked wherever an object is logged; texts are not searched, so none may hold a secret. */
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

/** The log of this process: a line for a person on a terminal, a JSON object a line elsewhere. */
export function createLogger(settings: Settings): ConsoleLogger {
  return new ServiceLogger({
    logLevels: levels[settings.logLevel],
    json: settings.logFormat === 'json',
    colors: settings.logFormat === 'pretty' && isatty(1),
    redact: secretMembers,
  });
}

class ServiceLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (frameworkContexts.has(String(rest.at(-1))) && !this.isLevelEnabled('debug')) return;
    super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    // A fault at start, which `explainStartFault` tells once and in the words of whoever has to mend it.
    if (rest.at(-1) === 'ExceptionHandler') return;
    super.error(message, ...rest);
  }

  protected override formatPid(): string {
    return '';
  }

  protected override getTimestamp(): string {
    return new Date().toISOString();
  }
}
