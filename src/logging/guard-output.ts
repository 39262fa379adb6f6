import type { Writable } from 'node:stream';

const maxBufferedBytes = 1024 * 1024;

/**
 * Makes the log dispensable: a closed pipe or a full disk does not end the process, and a reader that stops reading does
 * not fill the memory. Lines that cannot be written are dropped; their number is written when the reader continues.
 */
export function guardOutput(stream: Writable): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let dropped = 0;
  // Without a listener an error ends the process.
  stream.on('error', () => undefined);
  stream.write = (...args: unknown[]): boolean => {
    if (stream.writableLength > maxBufferedBytes) {
      dropped += 1;
      return false;
    }
    if (dropped > 0) {
      const text = `${dropped} log lines dropped: the reader of the log did not keep up.\n`;
      dropped = 0;
      write(text);
    }
    return write(...args);
  };
}
