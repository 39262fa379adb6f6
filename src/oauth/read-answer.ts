export type AnswerMembers = Readonly<Record<string, unknown>>;

/**
 * Normalizes a JSON answer of the Authorization server and returns it as a response. `null` counts as absent. An ID
 * token is dropped: it was not requested, and a fault in it must not invalidate the license token. `onMembers` is
 * awaited before the answer is verified.
 */
export async function readAnswer(
  response: Response,
  onMembers: (members: AnswerMembers) => Promise<void>,
): Promise<Response> {
  if (!response.ok || response.body === null) return response;
  const { status, headers } = response;
  const text = await response.text();
  const members = parseObject(text);
  if (members === null) return new Response(text, { status, headers });
  await onMembers(members);
  return new Response(JSON.stringify(members), { status, headers });
}

function parseObject(text: string): AnswerMembers | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.fromEntries(
      Object.entries(value).filter(([name, member]) => member !== null && name !== 'id_token'),
    );
  } catch {
    return null;
  }
}
