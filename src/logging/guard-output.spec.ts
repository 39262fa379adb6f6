import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { guardOutput } from './guard-output.js';

describe('guardOutput', () => {
  it('survives a stream that fails', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    guardOutput(stream);
    stream.write('a line\n');
    await expect.poll(() => stream.errored?.message).toBe('EPIPE');
  });

  it('bounds the memory of a log that nobody reads, and reports how many lines it dropped', () => {
    const written: string[] = [];
    const waiting: (() => void)[] = [];
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written.push(String(chunk));
        waiting.push(done);
      },
    });
    guardOutput(stream);
    const line = `${'x'.repeat(1023)}\n`;
    for (let lines = 0; lines < 3000; lines += 1) stream.write(line);
    expect(stream.writableLength).toBeLessThan(1.1 * 1024 * 1024);
    while (stream.writableLength > 0) waiting.shift()?.();
    stream.write('next\n');
    while (stream.writableLength > 0) waiting.shift()?.();
    expect(written.slice(-2)).toEqual([
      `${3001 - (written.length - 1)} log lines dropped: the reader of the log did not keep up.\n`,
      'next\n',
    ]);
  });
});
