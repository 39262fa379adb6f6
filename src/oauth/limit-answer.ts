import { UnsuitableError } from './unsuitable-error.js';

export const maxAnswerBytes = 1024 * 1024;
export const maxStatusListBytes = 6 * 1024 * 1024;

/**
 * Reads an answer of at most `maxBytes` after decompression. `WWW-Authenticate` is left out: openid-client would read it
 * instead of the OAuth error in the body (RFC 6749 section 5.2).
 */
export async function limitAnswer(response: Response, maxBytes: number): Promise<Response> {
  const { status, headers } = response;
  const kept = new Headers([...headers].filter(([name]) => name !== 'www-authenticate'));
  if (response.body === null) return new Response(null, { status, headers: kept });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    // Leaving the loop cancels the transfer.
    if (bytes > maxBytes) throw new UnsuitableError(`The answer has more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status, headers: kept });
}
