/** Reports an invalid option. The message names the option and the expected value. */
export class InvalidOptionsError extends Error {
  readonly code = 'invalid-options';

  constructor(message: string) {
    super(message);
    this.name = 'InvalidOptionsError';
  }
}
