import { describe, expect, it } from 'vitest';
import { fail, ok, skip, warn } from './finding.js';
import { formatFindings } from './format-findings.js';

describe('formatFindings', () => {
  it('has the cure below what needs one, and counts', () => {
    const findings = [
      ok('disk', 'Fine.'),
      warn('clock', 'A little off.', 'Use NTP.'),
      fail('broker', 'Away.', 'Start it.'),
    ];
    expect(formatFindings([...findings, skip('stream', 'Not looked at.')]).split('\n')).toEqual([
      'ok    disk    Fine.',
      'warn  clock   A little off.',
      '      → Use NTP.',
      'fail  broker  Away.',
      '      → Start it.',
      'skip  stream  Not looked at.',
      '',
      '1 fault, 1 warning.',
    ]);
  });

  it('keeps a cure with its finding where a message has several lines', () => {
    const text = formatFindings([fail('a', 'One\ntwo.', 'Cure a.'), fail('b', 'Three.', 'Cure b.')]);
    expect(text.indexOf('Cure a.')).toBeLessThan(text.indexOf('Three.'));
    expect(text.indexOf('two.')).toBeLessThan(text.indexOf('Cure a.'));
  });

  it('says that nothing is wrong', () => {
    expect(formatFindings([ok('disk', 'Fine.')])).toMatch(/\nNothing is wrong\.$/);
  });
});
