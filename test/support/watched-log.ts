import { ConsoleLogger } from '@nestjs/common';
import { secretMembers } from '../../src/logging/create-logger.js';
import { expectNoSecretsInLog } from './secret-scanner.js';
import { loggedLines } from './logged-lines.js';

/** Keeps the whole log, and prints the errors. */
export class WatchedLog extends ConsoleLogger {
  private readonly shown = new ConsoleLogger({ logLevels: ['error', 'fatal'] });

  constructor() {
    super({ json: true, redact: secretMembers });
  }

  override error(message: unknown, ...rest: unknown[]): void {
    super.error(message, ...rest);
    this.shown.error(message, ...(rest as string[]));
  }

  override fatal(message: unknown, ...rest: unknown[]): void {
    super.fatal(message, ...rest);
    this.shown.fatal(message, ...(rest as string[]));
  }

  protected override printAsJson(
    message: unknown,
    options: Parameters<ConsoleLogger['printAsJson']>[1],
  ): void {
    loggedLines.push(this.stringifyJsonLogObject(this.getJsonLogObject(message, options)));
  }

  // The JSON contains the stack already.
  protected override printStackTrace(): void {}
}

/** Searches the log since the last call. @throws LeakedSecretError */
export function expectQuietLog(): void {
  const text = loggedLines.splice(0).join('\n');
  expectNoSecretsInLog('The log', text);
}
