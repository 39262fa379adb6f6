import { describe, expect, it } from 'vitest';
import { readAnswer } from '../src/device/read-answer.js';

describe('readAnswer', () => {
  it('keeps an OAuth error in the body and leaves out WWW-Authenticate, which would hide it', async () => {
    const answer = Response.json(
      { error: 'slow_down', error_description: null },
      { status: 400, headers: { 'www-authenticate': 'Bearer' } },
    );
    const { response, members } = await readAnswer(answer);
    expect(response.headers.has('www-authenticate')).toBe(false);
    expect([response.status, await response.json(), members]).toEqual([400, { error: 'slow_down' }, {}]);
  });

  it('rejects an answer of more than 1 MB', async () => {
    const fitting = new Response(' '.repeat(1024 * 1024));
    await expect(readAnswer(fitting)).resolves.toBeDefined();
    await expect(readAnswer(new Response(' '.repeat(1024 * 1024 + 1)))).rejects.toThrow(/more than 1 MB/);
  });
});
