import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

/** Since Node 22.14. Node 20 has at most 9. */
const nodeApiOf13 = 10;

/**
 * Returns the package that works with a version of Node-API: better-sqlite3 13, or 12 under its own name. Since 24.19
 * Node aborts when it collects a statement of 12; below Node-API 10, loading 13 crashes.
 */
export function sqlitePackageFor(nodeApi: number): string {
  return nodeApi >= nodeApiOf13 ? 'better-sqlite3-13' : 'better-sqlite3';
}

/** SQLite for this Node. No other module may load either package (docs/adr/0013-sqlite-binding-by-node.md). */
export const Sqlite = createRequire(import.meta.url)(
  sqlitePackageFor(Number(process.versions['napi'])),
) as typeof BetterSqlite3;
