import type { EntityManager } from 'typeorm';

/**
 * Runs a statement of SQL within a transaction, with a `?` for each value, and resolves to how many rows it has changed.
 * @throws what TypeORM throws, and if there is no transaction
 */
export async function changeRows(
  { dataSource, queryRunner }: EntityManager,
  statement: string,
  values: readonly (string | number | null)[],
): Promise<number> {
  if (queryRunner === undefined) throw new Error('Rows are changed in a transaction.');
  let count = 0;
  const sql = statement.replaceAll('?', () => dataSource.driver.createParameter('', count++));
  const { affected } = await queryRunner.query(sql, [...values], true);
  return affected ?? 0;
}
