/** The metadata of the Authorization server (RFC 8414) cannot be worked with; the message names the member. */
export class ServerMetadataError extends Error {
  readonly code = 'server-metadata-invalid';

  constructor(fault: string) {
    super(`In its metadata ${fault}`);
    this.name = 'ServerMetadataError';
  }
}
