/** Shortens the interval of the poll, for which a test does not wait. A server that sends none has the default of 5 s. */
export async function fetchWithoutInterval(...request: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...request);
  const text = await answer.text();
  const { status, headers } = answer;
  const isUserCode = text.includes('"user_code"') && !text.includes('"interval":0');
  const short = text.replace(/,"interval":\d+/, '').replace(/^{/, '{"interval":0.001,');
  return new Response(isUserCode ? short : text, { status, headers });
}
