import type { DataSource } from 'typeorm';
import { AlteredSchemaError } from './altered-schema-error.js';

/**
 * Lists what could run code of others in a statement of this service: triggers, rules, policies, and defaults, indexes or
 * checks with expressions, on our tables; and whatever else has the name of one of our tables.
 */
const foreignObjects = `
  WITH ours AS (
    SELECT oid, relname, relkind, relrowsecurity FROM pg_class
    WHERE relname = ANY($1) AND pg_table_is_visible(oid)
  )
  SELECT 'relation ' || relname AS object FROM ours WHERE relkind <> 'r' OR relrowsecurity
  UNION ALL
  SELECT 'trigger ' || tgname FROM pg_trigger t JOIN ours ON ours.oid = tgrelid JOIN pg_proc p ON p.oid = tgfoid
    WHERE NOT tgisinternal AND NOT (
      relname = 'audit_entry' AND tgname = 'audit_entry_refuses_change' AND proname = 'refuse_audit_change'
      AND tgenabled IN ('O', 'A') AND tgtype = $2 AND tgqual IS NULL
      AND regexp_replace(prosrc, '\\s+', ' ', 'g') = $3)
  UNION ALL
  SELECT 'rule ' || rulename FROM pg_rewrite JOIN ours ON ours.oid = ev_class WHERE ours.relkind = 'r'
  UNION ALL
  SELECT 'default of ' || relname FROM pg_attrdef JOIN ours ON ours.oid = adrelid
    WHERE relname <> 'migrations' AND pg_get_expr(adbin, adrelid) LIKE '%(%'
  UNION ALL
  SELECT 'index of ' || relname FROM pg_index JOIN ours ON ours.oid = indrelid
    WHERE indexprs IS NOT NULL OR pg_get_expr(indpred, indrelid) LIKE '%(%(%'
  UNION ALL
  SELECT 'check ' || conname FROM pg_constraint JOIN ours ON ours.oid = conrelid
    WHERE contype = 'c' AND pg_get_constraintdef(pg_constraint.oid) <> 'CHECK ((id = 1))'`;

const guardExists = `SELECT count(*)::int AS count FROM pg_trigger
  WHERE tgname = 'audit_entry_refuses_change' AND tgrelid = to_regclass('audit_entry')`;

/** BEFORE UPDATE OR DELETE OR TRUNCATE, for each statement. */
const guardType = 2 + 8 + 16 + 32;
const guardBody = " BEGIN RAISE EXCEPTION 'The audit trail is append-only.'; END ";

/** Checks that our tables run no code of others and that the audit trail is guarded. @throws AlteredSchemaError */
export async function checkPostgresSchema(dataSource: DataSource): Promise<void> {
  const tables = dataSource.entityMetadatas.map(({ tableName }) => tableName).concat('migrations');
  const foreign: { object: string }[] = await dataSource.query(foreignObjects, [
    tables,
    guardType,
    guardBody,
  ]);
  if (foreign.length > 0) throw new AlteredSchemaError(foreign.map(({ object }) => object));
  const [guard]: { count: number }[] = await dataSource.query(guardExists);
  if (guard?.count !== 1) throw new AlteredSchemaError(['trigger audit_entry_refuses_change']);
}
