export type AnswerMembers = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON answer of the Authorization server by what this library makes of it, and hands it on as a response. `null`
 * counts as absent. An ID token is not asked for: a fault of it must not cost the license token beside it.
 */
export async function readAnswer(
  response: Response,
): Promise<{ readonly response: Response; readonly members: AnswerMembers }> {
  if (!response.ok || response.body === null) return { response, members: {} };
  const { status, headers } = response;
  const text = await response.text();
  const members = parseObject(text);
  const body = members === null ? text : JSON.stringify(members);
  return { response: new Response(body, { status, headers }), members: members ?? {} };
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
