import type { Html } from '../html.js';
import { html, renderLabel } from '../html.js';

export interface ListColumn<Row> {
  title: string;
  /** Takes the whole width in a narrow window, without its title. */
  isWide?: boolean;
  /** The cell of the first column is the header of its row. */
  cell: (row: Row) => Html;
}

/**
 * Renders a table whose cells are stacked in a narrow window, each with the title of its column. The roles are
 * explicit, because the stacking styles would remove the implicit ones.
 */
export function renderList<Row>(
  label: string,
  columns: readonly ListColumn<Row>[],
  rows: readonly Row[],
): Html {
  return html`<table class="list" role="table" aria-label="${label}">
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map(({ title }) => html`<th scope="col" role="columnheader">${renderLabel(title)}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (row) =>
          html`<tr role="row">
            ${columns.map((column, index) => renderCell(column, index, row))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function renderCell<Row>({ title, isWide, cell }: ListColumn<Row>, index: number, row: Row): Html {
  if (index === 0) return html`<th scope="row" role="rowheader">${cell(row)}</th>`;
  const className = isWide ? 'wide' : '';
  return html`<td role="cell" class="${className}" data-label="${title}"><div>${cell(row)}</div></td>`;
}
