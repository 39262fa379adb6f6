import { describe, expect, it } from 'vitest';
import { Mutex } from './mutex.js';

describe('a mutex', () => {
  it('runs one task at a time, in the order of the calls', async () => {
    const mutex = new Mutex();
    const trace: string[] = [];
    const work = (name: string) =>
      mutex.run(async () => {
        trace.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        trace.push(`${name} ends`);
        return name;
      });
    expect(await Promise.all([work('a'), work('b'), work('c')])).toEqual(['a', 'b', 'c']);
    expect(trace).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('continues after a failed task and rejects only its caller', async () => {
    const mutex = new Mutex();
    const failed = mutex.run(() => Promise.reject(new Error('disk full')));
    const next = mutex.run(async () => 'done');
    await expect(failed).rejects.toThrow('disk full');
    await expect(next).resolves.toBe('done');
  });
});
