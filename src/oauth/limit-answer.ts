import { UnsuitableError } from './unsuitable-error.js';

export const maxAnswerBytes = 1024 * 1024;
export const maxStatusListBytes = 6 * 1024 * 1024;
const bodyTimeoutMs = 10_000;

/**
 * Reads an answer of at most `maxBytes` after decompression. `WWW-Authenticate` is left out: openid-client would read it
 * instead of the OAuth error in the body (RFC 6749 section 5.2).
 * @param timeoutMs for the body: the signal of a request does not end the wait for a body that is shorter than its
 *   `Content-Length` (HTTP 421 on Node 20)
 */
export async function limitAnswer(
  response: Response,
  maxBytes: number,
  timeoutMs = bodyTimeoutMs,
): Promise<Response> {
  const { status, headers, body } = response;
  const kept = new Headers([...headers].filter(([name]) => name !== 'www-authenticate'));
  if (body === null) return new Response(null, { status, headers: kept });
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DOMException('The body is late.', 'TimeoutError')), timeoutMs);
  });
  try {
    const text = await Promise.race([readBody(reader, maxBytes), late]);
    return new Response(text, { status, headers: kept });
  } finally {
    clearTimeout(timer);
    // Ends the transfer. Not awaited, because it may hang like the body.
    void reader.cancel().catch(() => undefined);
  }
}

async function readBody(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.length;
    if (bytes > maxBytes) throw new UnsuitableError(`The answer has more than ${maxBytes} bytes.`);
    chunks.push(read.value);
  }
  return Buffer.concat(chunks);
}
