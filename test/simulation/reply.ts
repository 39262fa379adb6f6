/** A message with the members that the clients read. */
export interface Reply {
  readonly data: Uint8Array;
  readonly headers: { readonly code: number; readonly description: string } | undefined;
  json(): unknown;
  string(): string;
}

export type Headers = { get(name: string): string };

export function replyOf(value: unknown, headers?: Reply['headers']): Reply {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return {
    data: new TextEncoder().encode(text),
    headers,
    json: () => JSON.parse(text),
    string: () => text,
  };
}
