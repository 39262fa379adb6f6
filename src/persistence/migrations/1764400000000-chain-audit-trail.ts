import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const entriesAtOnce = 500;

interface Entry {
  readonly id: number | string;
  readonly at: number | string;
  readonly actor: string;
  readonly action: string;
  readonly reason: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** Adds the hash chain and the address of the actor to the audit trail. */
export class ChainAuditTrail1764400000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const guard = queryRunner.dataSource.options.type === 'postgres' ? guardPostgres : guardSqlite;
    for (const statement of [...columns, ...guard.lift]) await queryRunner.query(statement);
    const head = await chainAll(queryRunner);
    for (const statement of guard.restore) await queryRunner.query(statement);
    const { driver } = queryRunner.dataSource;
    await queryRunner.query(`UPDATE license SET audit_head = ${driver.createParameter('', 0)}`, [head]);
  }

  async down(): Promise<void> {
    throw new Error('Restore a backup instead: the trail would lose its hash chain.');
  }
}

const columns = [
  `ALTER TABLE audit_entry ADD COLUMN address TEXT`,
  `ALTER TABLE audit_entry ADD COLUMN hash TEXT NOT NULL DEFAULT ''`,
  // Stored apart from the entries, so that removing the last ones is detected.
  `ALTER TABLE license ADD COLUMN audit_head TEXT NOT NULL DEFAULT ''`,
];

const guardSqlite = {
  lift: ['DROP TRIGGER audit_entry_refuses_update', 'DROP TRIGGER audit_entry_refuses_delete'],
  restore: ['UPDATE', 'DELETE'].map(
    (act) => `CREATE TRIGGER audit_entry_refuses_${act.toLowerCase()} BEFORE ${act} ON audit_entry
      BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END`,
  ),
};

const guardPostgres = {
  lift: ['ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_refuses_change'],
  restore: ['ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_refuses_change'],
};

async function chainAll(queryRunner: QueryRunner): Promise<string> {
  const { driver } = queryRunner.dataSource;
  const [first, second] = [driver.createParameter('', 0), driver.createParameter('', 1)];
  let hash = '';
  let lastId: number | string = 0;
  for (;;) {
    const entries = (await queryRunner.query(
      `SELECT * FROM audit_entry WHERE id > ${first} ORDER BY id LIMIT ${entriesAtOnce}`,
      [lastId],
    )) as Entry[];
    for (const entry of entries) {
      hash = hashEntry(hash, entry);
      await queryRunner.query(`UPDATE audit_entry SET hash = ${first} WHERE id = ${second}`, [
        hash,
        entry.id,
      ]);
    }
    const last = entries.at(-1);
    if (last === undefined) return hash;
    lastId = last.id;
  }
}

/** The hash of this version. It must never change, even if later versions use another one. */
function hashEntry(previousHash: string, { at, actor, action, reason, before, after }: Entry): string {
  const content = JSON.stringify([
    new Date(Number(at)).toISOString(),
    actor,
    null,
    action,
    reason,
    before && (JSON.parse(before) as unknown),
    after && (JSON.parse(after) as unknown),
  ]);
  return createHash('sha256').update(`${previousHash}\n${content}`).digest('hex');
}
