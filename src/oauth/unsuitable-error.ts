/** An answer of the Authorization server does not fit. The message names the member, what was expected and a remedy. */
export class UnsuitableError extends Error {
  readonly code = 'authorization-server-unsuitable';

  constructor(fault: string, remedy?: string, cause?: unknown) {
    super(remedy === undefined ? fault : `${fault} Remedy: ${remedy}.`, { cause });
    this.name = 'UnsuitableError';
  }
}
