import type { EntityManager } from 'typeorm';
import { AlteredSchemaError } from './altered-schema-error.js';

/**
 * Lists what could run code of others in a statement of this service, or change its result: on our tables, everything that the
 * migrations do not create; beside them, functions and operators that PostgreSQL would choose over its own.
 */
const foreignObjects = `
  WITH ours AS (
    SELECT oid, relname, relkind, relrowsecurity, relpersistence FROM pg_class
    WHERE relname = ANY($1) AND pg_table_is_visible(oid)
  ), built_in AS (
    SELECT 'pg_catalog'::regnamespace AS schema
  ), of_extensions AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
  )
  SELECT 'relation ' || relname AS object FROM ours WHERE relkind <> 'r' OR relrowsecurity OR relpersistence <> 'p'
  UNION ALL
  SELECT 'trigger ' || tgname FROM pg_trigger t JOIN ours ON ours.oid = tgrelid
      JOIN pg_proc p ON p.oid = tgfoid JOIN pg_language l ON l.oid = prolang
    WHERE NOT tgisinternal AND NOT (
      relname = 'audit_entry' AND tgname = 'audit_entry_refuses_change' AND proname = 'refuse_audit_change'
      AND lanname = 'plpgsql' AND proconfig IS NULL
      AND tgenabled IN ('O', 'A') AND tgtype = $2 AND tgqual IS NULL
      AND regexp_replace(prosrc, '\\s+', ' ', 'g') = $3)
  UNION ALL
  SELECT 'rule ' || rulename FROM pg_rewrite JOIN ours ON ours.oid = ev_class WHERE ours.relkind = 'r'
  UNION ALL
  SELECT 'inheritance of ' || relname FROM pg_inherits JOIN ours ON ours.oid IN (inhparent, inhrelid)
  UNION ALL
  SELECT 'column ' || relname || '.' || attname FROM pg_attribute JOIN ours ON ours.oid = attrelid
      JOIN pg_type y ON y.oid = atttypid, built_in
    WHERE attnum > 0 AND NOT attisdropped AND (typnamespace <> schema OR typtype <> 'b' OR attgenerated <> '')
  UNION ALL
  SELECT 'default of ' || relname FROM pg_attrdef JOIN ours ON ours.oid = adrelid
    WHERE pg_get_expr(adbin, adrelid) !~ '^(''[^'']*''::\\w+|-?\\d+|true|false)$'
      AND (relname <> 'migrations' OR pg_get_expr(adbin, adrelid) !~ '^nextval\\(''[\\w.]*migrations_id_seq''::regclass\\)$')
  UNION ALL
  SELECT 'index of ' || relname FROM pg_index JOIN ours ON ours.oid = indrelid, built_in
    WHERE indexprs IS NOT NULL OR pg_get_expr(indpred, indrelid) !~ '^\\(\\w+ IS NULL\\)$'
      OR EXISTS (SELECT FROM pg_opclass WHERE pg_opclass.oid = ANY(indclass) AND opcnamespace <> schema)
  UNION ALL
  SELECT 'constraint ' || conname FROM pg_constraint c JOIN ours ON ours.oid IN (conrelid, confrelid)
    WHERE contype NOT IN ('p', 'u', 'n') AND pg_get_constraintdef(c.oid) <> 'CHECK ((id = 1))'
  UNION ALL
  SELECT 'function ' || proname FROM pg_proc p, built_in
    WHERE pronamespace <> schema AND pg_function_is_visible(p.oid)
      AND proname IN (SELECT proname FROM pg_proc WHERE pronamespace = schema)
      AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT * FROM of_extensions)
  UNION ALL
  SELECT 'operator ' || oprname FROM pg_operator o, built_in
    WHERE oprnamespace <> schema AND pg_operator_is_visible(o.oid)
      AND oprname IN (SELECT oprname FROM pg_operator WHERE oprnamespace = schema)
      AND ('pg_operator'::regclass, o.oid) NOT IN (SELECT * FROM of_extensions)`;

const guardExists = `SELECT count(*)::int AS count FROM pg_trigger
  WHERE tgname = 'audit_entry_refuses_change' AND tgrelid = to_regclass('audit_entry')`;

/** Compares the columns of our tables with those of this version, given as "table.column". */
const otherColumns = `
  WITH actual AS (
    SELECT relname || '.' || attname AS name FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relname = ANY($1) AND pg_table_is_visible(pg_class.oid) AND attnum > 0 AND NOT attisdropped
  )
  SELECT 'column ' || COALESCE(actual.name, wanted.name) AS object
  FROM actual FULL JOIN unnest($2::text[]) AS wanted (name) ON wanted.name = actual.name
  WHERE actual.name IS NULL OR wanted.name IS NULL`;

/** BEFORE UPDATE OR DELETE OR TRUNCATE, for each statement. */
const guardType = 2 + 8 + 16 + 32;
const guardBody = " BEGIN RAISE EXCEPTION 'The audit trail is append-only.'; END ";

/**
 * Checks that our tables are as the migrations create them, run no code of others, and that the audit trail is guarded.
 * @param isCurrent whether the database has the schema of this version
 * @throws AlteredSchemaError
 */
export async function checkPostgresSchema(manager: EntityManager, isCurrent: boolean): Promise<void> {
  const { entityMetadatas } = manager.dataSource;
  const tables = entityMetadatas.map(({ tableName }) => tableName);
  const ask = async (query: string, ...values: unknown[]): Promise<string[]> =>
    (await manager.query<{ object: string }[]>(query, values)).map(({ object }) => object);
  const foreign = await ask(foreignObjects, [...tables, 'migrations'], guardType, guardBody);
  if (isCurrent) {
    const columns = entityMetadatas.flatMap((entity) =>
      entity.columns.map(({ databaseName }) => `${entity.tableName}.${databaseName}`),
    );
    foreign.push(...(await ask(otherColumns, tables, columns)));
  }
  if (foreign.length > 0) throw new AlteredSchemaError(foreign);
  const [guard] = await manager.query<{ count: number }[]>(guardExists);
  if (guard?.count !== 1) throw new AlteredSchemaError(['trigger audit_entry_refuses_change']);
}
