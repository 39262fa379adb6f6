/** The broker answered for another stream, or not as a stream does. */
export class ForeignAcknowledgementError extends Error {
  readonly code = 'foreign-acknowledgement';

  constructor(stream: string, expected: string) {
    super(`The event was acknowledged by "${stream}" instead of the stream ${expected}.`);
    this.name = 'ForeignAcknowledgementError';
  }
}
