import { beforeEach, describe, expect, it } from 'vitest';
import { FaultLog } from './fault-log.js';

const failed = (fault: string) => `Publishing failed (${fault}). Retrying.`;

describe('FaultLog', () => {
  let lines: string[];
  let faults: FaultLog;

  beforeEach(() => {
    lines = [];
    const log = (text: unknown) => void lines.push(String(text));
    faults = new FaultLog({ warn: log, log }, 'Publishing');
  });

  it('logs a repeated fault once and a changed one again', () => {
    const errors = ['timeout', 'timeout', 'refused', 'timeout'].map((message) => new Error(message));
    expect(errors.map((error) => faults.report(error))).toEqual([true, false, true, true]);
    expect(lines).toEqual(['timeout', 'refused', 'timeout'].map(failed));
  });

  it('logs the end of a fault once, and the same fault again after it', () => {
    faults.end();
    faults.report('timeout');
    faults.end();
    faults.end();
    faults.report('timeout');
    expect(lines).toEqual([failed('timeout'), 'Publishing works again.', failed('timeout')]);
  });

  it('logs no end of a cleared fault', () => {
    faults.report('timeout');
    faults.clear();
    faults.end();
    expect(lines).toEqual([failed('timeout')]);
  });
});
