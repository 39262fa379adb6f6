export type AnswerMembers = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON answer of the Authorization server by what this service makes of it, and hands it on as a response.
 * `null` counts as absent. An ID token is not asked for: a fault of it must not cost the license token beside it.
 * `onMembers` is awaited before anything else judges the answer.
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
