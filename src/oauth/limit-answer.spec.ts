import { describe, expect, it } from 'vitest';
import { explainFailure } from './explain-failure.js';
import { limitAnswer } from './limit-answer.js';

describe('an answer whose body does not end', () => {
  it('is given up after the time limit', async () => {
    const body = new ReadableStream<Uint8Array>({ start: (stream) => stream.enqueue(Buffer.from('{')) });
    const error: unknown = await limitAnswer(new Response(body), 1000, 20).catch((cause: unknown) => cause);
    expect(explainFailure(error)).toMatchObject({ message: expect.stringContaining('in time') });
  });
});
