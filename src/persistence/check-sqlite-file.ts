import { DatabaseFileError } from './database-file-error.js';
import { sqliteApplicationId } from './sqlite-application-id.js';
import { Sqlite } from './sqlite.js';

/**
 * Verifies a database file that is not in use, without changing it.
 * @throws DatabaseFileError if it is missing, foreign or damaged
 */
export function checkSqliteFile(path: string): void {
  try {
    const database = new Sqlite(path, { readonly: true, fileMustExist: true });
    try {
      database.pragma('trusted_schema = OFF');
      if (database.pragma('application_id', { simple: true }) !== sqliteApplicationId) {
        throw DatabaseFileError.foreign(path);
      }
      if (database.pragma('integrity_check(1)', { simple: true }) !== 'ok')
        throw DatabaseFileError.corrupt(path);
    } finally {
      database.close();
    }
  } catch (error) {
    throw DatabaseFileError.from(error, path);
  }
}
