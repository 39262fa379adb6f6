import { type AnswerMembers, parseAnswer } from '../shared/parse-answer.js';

const MAX_BYTES = 1024 * 1024;
const BODY_TIMEOUT_MS = 10_000;

/**
 * Normalizes a JSON answer of the Authorization server and returns it as a response, with its members. `WWW-Authenticate` is
 * left out: openid-client would read it instead of the OAuth error in the body.
 */
export async function readAnswer(
  response: Response,
): Promise<{ readonly response: Response; readonly members: AnswerMembers }> {
  const { status } = response;
  const headers = new Headers([...response.headers].filter(([name]) => name !== 'www-authenticate'));
  if (response.body === null) return { response: new Response(null, { status, headers }), members: {} };
  const text = await readText(response.body);
  const members = parseAnswer(text);
  const body = members === null ? text : JSON.stringify(members);
  return { response: new Response(body, { status, headers }), members: (response.ok && members) || {} };
}

/**
 * Reads at most 1 MB after decompression. It has its own time limit, because the signal of a request does not end the wait
 * for a body that is shorter than its `Content-Length` (HTTP 421 on Node 20).
 */
async function readText(body: ReadableStream<Uint8Array>): Promise<string> {
  const reader = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DOMException('The body is late.', 'TimeoutError')), BODY_TIMEOUT_MS);
  });
  try {
    return await Promise.race([readAll(reader), late]);
  } finally {
    clearTimeout(timer);
    // Ends the transfer. Not awaited, because it may hang like the body.
    void reader.cancel().catch(() => undefined);
  }
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.length;
    if (bytes > MAX_BYTES) throw new Error('The answer has more than 1 MB.');
    chunks.push(read.value);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
