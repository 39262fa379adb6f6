/** The metadata of the Authorization server (RFC 8414) is unusable; the message names the member. */
export class ServerMetadataError extends Error {
  readonly code = 'server-metadata-invalid';

  constructor(fault: string) {
    super(`Invalid metadata: ${fault}`);
    this.name = 'ServerMetadataError';
  }
}
