/** The documents that the Authorization server publishes for the verification of its tokens. */
export abstract class IssuerDocuments {
  /** Fetches the keys (RFC 7517 section 5) and the issuer name used in tokens. @throws any network error */
  abstract fetchKeys(): Promise<{ readonly issuer: string; readonly keys: readonly unknown[] }>;

  /** Fetches a Token Status List, a signed JWT. @throws any network error */
  abstract fetchStatusList(uri: string): Promise<string>;
}
