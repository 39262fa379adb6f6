/** The acknowledgement is malformed or comes from another stream. */
export class ForeignAcknowledgementError extends Error {
  readonly code = 'foreign-acknowledgement';

  constructor(stream: string, expected: string) {
    super(`The event was acknowledged by "${stream}" instead of the stream ${expected}.`);
    this.name = 'ForeignAcknowledgementError';
  }
}
