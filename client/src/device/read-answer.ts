import { type AnswerMembers, parseAnswer } from '../shared/parse-answer.js';

const MAX_BYTES = 1024 * 1024;

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

/** Reads at most 1 MB after decompression. */
async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop cancels the transfer.
    if (bytes > MAX_BYTES) throw new Error('The answer has more than 1 MB.');
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
