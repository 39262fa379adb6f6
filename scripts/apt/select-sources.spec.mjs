import { describe, expect, it } from 'vitest';
import { selectSources } from './select-sources.mjs';

const release = { codename: 'bookworm', suite: 'trixie' };

describe('selectSources', () => {
  it('selects the lines of this release, without comments, source packages and other suites', () => {
    const text = [
      '# deb http://old.example/debian bookworm main',
      'deb-src http://mirror.example/debian bookworm main',
      'deb [arch=amd64 signed-by=/keys/a.gpg] http://mirror.example/debian bookworm main contrib # ours',
      '  deb file:/srv/mirror bookworm-updates main',
      'deb http://other.example/tool stable main',
    ].join('\n');
    expect(selectSources(text, { ...release, isList: true })).toBe(
      'deb [arch=amd64 signed-by=/keys/a.gpg] http://mirror.example/debian trixie main contrib # ours',
    );
  });

  it('selects the paragraphs of this release with all their fields', () => {
    const text = `# A comment with bookworm
Types: deb deb-src
URIs: http://a.example/debian
 http://b.example/debian
Suites: bookworm bookworm-updates
# a comment within
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://a.example/security
Suites: bookworm-security
Components: main
`;
    expect(selectSources(text, { ...release, isList: false }).replaceAll(/ +$/gm, '')).toBe(`Types: deb
URIs: http://a.example/debian
 http://b.example/debian
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----`);
  });
});
