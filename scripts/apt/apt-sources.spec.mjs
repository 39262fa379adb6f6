import { describe, expect, it } from 'vitest';
import { parseAptSources } from './apt-sources.mjs';

describe('parseAptSources', () => {
  it('reads one-line entries, and neither comments nor sources of source packages', () => {
    const text = [
      '# deb http://old.example/debian bookworm main',
      'deb-src http://mirror.example/debian bookworm main',
      'deb [arch=amd64 signed-by=/keys/a.gpg] http://mirror.example/debian bookworm main contrib # ours',
      '  deb file:/srv/mirror bookworm-updates main',
    ].join('\n');
    expect(parseAptSources(text, 'list')).toEqual([
      {
        uri: 'http://mirror.example/debian',
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        signedBy: '/keys/a.gpg',
      },
      { uri: 'file:/srv/mirror', suites: ['bookworm-updates'], components: ['main'], signedBy: null },
    ]);
  });

  it('reads paragraphs, with fields that go on in the next line', () => {
    const text = [
      'Types: deb deb-src',
      '# a comment within',
      'URIs: http://a.example/debian',
      ' http://b.example/debian',
      'Suites: bookworm bookworm-updates',
      'Components: main',
      'Signed-By: /keys/a.gpg',
      '',
      'Types: deb',
      'Enabled: no',
      'URIs: http://off.example/debian',
      'Suites: bookworm',
      'Components: main',
    ].join('\n');
    const suites = ['bookworm', 'bookworm-updates'];
    expect(parseAptSources(text, 'sources')).toEqual([
      { uri: 'http://a.example/debian', suites, components: ['main'], signedBy: '/keys/a.gpg' },
      { uri: 'http://b.example/debian', suites, components: ['main'], signedBy: '/keys/a.gpg' },
    ]);
  });

  it('leaves a key that is written out to apt’s own trusted keys', () => {
    const text = [
      'Types: deb',
      'URIs: http://a.example',
      'Suites: s',
      'Components: main',
      'Signed-By:',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
      ' .',
      ' -----END PGP PUBLIC KEY BLOCK-----',
    ].join('\n');
    expect(parseAptSources(text, 'sources')).toMatchObject([{ signedBy: null }]);
  });
});
