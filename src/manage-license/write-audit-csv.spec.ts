import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { countTurns } from '../../test/support/count-turns.js';
import { startAt } from '../../test/support/license-fixture.js';
import type { RecordedAuditEntry } from '../domain/ports/license-store.js';
import { writeAuditCsv } from './write-audit-csv.js';

function buildEntry(id: number, actor: string): RecordedAuditEntry {
  return {
    id,
    at: startAt,
    actor,
    address: null,
    action: 'refreshed',
    reason: null,
    before: null,
    after: { features: ['xms'] },
    hash: 'abc',
  };
}

async function write(entries: readonly RecordedAuditEntry[], perPage = 2): Promise<string[]> {
  const rows = writeAuditCsv(async (beforeId) =>
    entries.filter(({ id }) => beforeId === null || id < beforeId).slice(0, perPage),
  );
  return (await Readable.from(rows).toArray()).join('').split('\r\n');
}

describe('writeAuditCsv', () => {
  it('writes every page of the trail as quoted cells', async () => {
    const rows = await write([5, 4, 3, 2, 1].map((id) => buildEntry(id, 'Anna "the" admin')));
    expect(rows).toHaveLength(7);
    expect(rows[0]).toBe('\u{FEFF}"id","at","actor","address","action","reason","before","after","hash"');
    expect(rows[1]).toBe(
      '"5","2026-11-24T12:00:00.000Z","Anna ""the"" admin","","refreshed","","","{""features"":[""xms""]}","abc"',
    );
  });

  it('lets the service do other work after each page', async () => {
    const { turns, result } = await countTurns(() =>
      write([6, 5, 4, 3, 2, 1].map((id) => buildEntry(id, 'x'))),
    );
    expect(result).toHaveLength(8);
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '＝1'])(
    'writes %j so that no spreadsheet executes it',
    async (actor) => {
      expect((await write([buildEntry(1, actor)]))[1]).toContain(`"'${actor}"`);
    },
  );

  it('writes a formula after a semicolon as text, because some spreadsheets end a cell there', async () => {
    expect((await write([buildEntry(1, 'Anna; =1+1;@A1;b')]))[1]).toContain(`"Anna;' =1+1;'@A1;b"`);
  });
});
