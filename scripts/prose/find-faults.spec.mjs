import { describe, expect, it } from 'vitest';
import { findFaults } from './find-faults.mjs';

/** @param {string} file @param {string} text */
const wordsIn = (file, text) => findFaults(file, text).map(({ line, words }) => `${line}: ${words}`);

describe('findFaults', () => {
  it.each([
    'The service tells each register.',
    'Registers hear of it.',
    'Where there is none, it says so.',
    'The reason stands in the log.',
    'Authorize it anew.',
    'It is gone for good.',
    'It answers at once.',
    'Meanwhile it waits.',
    'It is readable by who owns it.',
    'What came is no HTTP request.',
    'The answer is no list.',
    'A store has a broker of its own.',
    'A token is refused, also after a restart.',
    'null: none is known',
    'It names the cure.',
    'A test sees to it.',
    'The behaviour is the same.',
    'Cancelling ends it.',
    'It recognises both.',
  ])('finds the fault in "%s"', (text) => {
    expect(findFaults('page.md', text)).not.toEqual([]);
  });

  it.each([
    'The service publishes each change.',
    'There is no other way.',
    'It is no longer valid.',
    'A person reads what the page shows.',
    'What does it cost?',
    'It uses a running broker instead of its own.',
    'A foreign issuer is refused.',
    'At one moment, once.',
  ])('accepts "%s"', (text) => {
    expect(findFaults('page.md', text)).toEqual([]);
  });

  it('finds a fault that spans two lines, in a document and in a comment', () => {
    expect(wordsIn('page.md', 'one\nIt answers at\nonce.')).toEqual(['2: at once']);
    expect(wordsIn('a.ts', '/**\n * It answers at\n * once.\n */')).toEqual(['2: at once']);
  });

  it('ignores code, links and generated blocks of a document', () => {
    const text =
      '`told` [page](told.md)\n\n```sh\ntold\n```\n\n<!-- generated: x -->\ntold\n<!-- end -->\n\ntold';
    expect(wordsIn('page.md', text)).toEqual(['11: told']);
  });

  it('checks comments and texts of code, not names and imports', () => {
    const text = "import { told } from './told.js';\n// told\nconst told = 'it was told';\nlook('told');";
    expect(wordsIn('a.ts', text)).toEqual(['2: told', '3: told']);
  });
});
