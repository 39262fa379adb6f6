const rowsAtOnce = 200;

/** Reads up to `limit` rows in pages, newest first, and returns them oldest first. @param readPage reads the rows before `last` */
export async function readNewest<Row>(
  readPage: (last: Row | null, limit: number) => Promise<readonly Row[]>,
  limit: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  while (rows.length < limit) {
    const wanted = Math.min(rowsAtOnce, limit - rows.length);
    const page = await readPage(rows.at(-1) ?? null, wanted);
    rows.push(...page);
    if (page.length < wanted) break;
  }
  return rows.toReversed();
}
