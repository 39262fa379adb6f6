import { describe, expect, it } from 'vitest';
import { fail, ok, skip, warn } from './finding.js';
import { formatFindings } from './format-findings.js';

describe('formatFindings', () => {
  it('prints each remedy below its finding, and counts faults and warnings', () => {
    const findings = [
      ok('disk', 'Fine.'),
      warn('clock', 'A little off.', 'Use NTP.'),
      fail('broker', 'Away.', 'Start it.'),
    ];
    expect(formatFindings([...findings, skip('stream', 'Not checked.')]).split('\n')).toEqual([
      'ok    disk    Fine.',
      'warn  clock   A little off.',
      '      → Use NTP.',
      'fail  broker  Away.',
      '      → Start it.',
      'skip  stream  Not checked.',
      '',
      '1 fault, 1 warning.',
    ]);
  });

  it('prints the remedy below its finding even if the message has several lines', () => {
    const text = formatFindings([fail('a', 'One\ntwo.', 'Fix a.'), fail('b', 'Three.', 'Fix b.')]);
    expect(text.indexOf('Fix a.')).toBeLessThan(text.indexOf('Three.'));
    expect(text.indexOf('two.')).toBeLessThan(text.indexOf('Fix a.'));
  });

  it('reports that there are no faults', () => {
    expect(formatFindings([ok('disk', 'Fine.')])).toMatch(/\nNo faults\.$/);
  });
});
