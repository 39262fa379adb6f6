/** What the Authorization server publishes for those who check its tokens. */
export abstract class IssuerDocuments {
  /** Its keys (RFC 7517 section 5), and its name as it writes it into tokens. @throws whatever the network throws */
  abstract fetchKeys(): Promise<{ readonly issuer: string; readonly keys: readonly unknown[] }>;

  /** A Token Status List, a signed JWT. @throws whatever the network throws */
  abstract fetchStatusList(uri: string): Promise<string>;
}
