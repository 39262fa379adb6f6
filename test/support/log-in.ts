/** Logs in on the page with its form. Resolves to the session cookie. */
export async function logIn(url: string, adminToken: string): Promise<string> {
  const { headers } = await fetch(new URL('/login', url), {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: new URL(url).origin },
    body: new URLSearchParams({ token: adminToken }),
  });
  return headers.getSetCookie()[0]?.split(';')[0] ?? '';
}
