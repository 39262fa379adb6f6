/**
 * Acquires a license in place of the administrator: requests a user code, approves it at the mock, and completes.
 * @param {{ serviceUrl: string, mockUrl: string, adminToken: string, deviceId: string, signal: AbortSignal }} run
 */
export async function acquireLicense({ serviceUrl, mockUrl, adminToken, deviceId, signal }) {
  const service = { adminToken, signal };
  const { userCode } = await request('POST', `${serviceUrl}/api/license/authorization`, service);
  await request('POST', `${mockUrl}/mock/approve`, { body: { userCode, deviceId }, signal });
  await request('POST', `${serviceUrl}/api/license/authorization/complete`, service);
}

/**
 * Sends a request to the service or the mock, and returns the JSON of the answer.
 * @param {string} method
 * @param {string} url
 * @param {{ adminToken?: string, body?: object, signal: AbortSignal }} options
 * @returns {Promise<Record<string, string>>}
 * @throws {Error} if the answer is an error
 */
export async function request(method, url, { adminToken, body, signal }) {
  const headers = {
    ...(adminToken !== undefined && { authorization: `Bearer ${adminToken}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const answer = await fetch(url, { method, headers, body: body ? JSON.stringify(body) : null, signal });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status} (${text})`);
  return text === '' ? {} : JSON.parse(text);
}
