const MAX_BYTES = 1024 * 1024;

export type AnswerMembers = Readonly<Record<string, unknown>>;

/**
 * Normalizes a JSON answer of the Authorization server and returns it as a response. `null` counts as absent, and so does
 * an `interval` that is not a positive number (RFC 8628 section 3.2). An ID token is not asked for: a fault of it must not cost the license token beside it.
 * `WWW-Authenticate` is left out: openid-client would read it instead of the OAuth error in the body.
 */
export async function readAnswer(
  response: Response,
): Promise<{ readonly response: Response; readonly members: AnswerMembers }> {
  const { status } = response;
  const headers = new Headers([...response.headers].filter(([name]) => name !== 'www-authenticate'));
  if (response.body === null) return { response: new Response(null, { status, headers }), members: {} };
  const text = await readText(response.body);
  const members = parseObject(text);
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

function parseObject(text: string): AnswerMembers | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const { id_token: _, interval, ...members } = value as Record<string, unknown>;
    const seconds = typeof interval === 'string' ? Number(interval) : interval;
    const isInterval = typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds);
    return Object.fromEntries(
      Object.entries({ ...members, ...(isInterval && { interval: seconds }) }).filter(
        ([, member]) => member !== null,
      ),
    );
  } catch {
    return null;
  }
}
