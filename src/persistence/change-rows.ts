import type { EntityManager } from 'typeorm';

/** Runs an SQL statement with a `?` for each value and resolves to the number of changed rows. Needs a transaction. */
export async function changeRows(
  { dataSource, queryRunner }: EntityManager,
  statement: string,
  values: readonly (string | number | null)[],
): Promise<number> {
  if (queryRunner === undefined) throw new Error('changeRows needs an open transaction.');
  let count = 0;
  const sql = statement.replaceAll('?', () => dataSource.driver.createParameter('', count++));
  const { affected } = await queryRunner.query(sql, [...values], true);
  return affected ?? 0;
}
