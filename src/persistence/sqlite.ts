import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

/** Since Node 22.14. Node 20 ends with 9. */
const nodeApiOf13 = 10;

/**
 * Returns the name of the package that is sound on a Node with this version of Node-API: better-sqlite3 13 or, under its
 * own name, 12. From 24.19 on, Node aborts when it collects a statement of 12; below Node-API 10, loading 13 crashes.
 */
export function sqlitePackageFor(nodeApi: number): string {
  return nodeApi >= nodeApiOf13 ? 'better-sqlite3-13' : 'better-sqlite3';
}

/** SQLite on this Node. Nothing else may load one of the two packages (docs/adr/0013-sqlite-binding-by-node.md). */
export const Sqlite = createRequire(import.meta.url)(
  sqlitePackageFor(Number(process.versions['napi'])),
) as typeof BetterSqlite3;
