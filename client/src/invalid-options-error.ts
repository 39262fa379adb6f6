/** The options cannot work: the message names the field, what was expected and the cure. */
export class InvalidOptionsError extends Error {
  readonly code = 'invalid-options';

  constructor(message: string) {
    super(message);
    this.name = 'InvalidOptionsError';
  }
}
