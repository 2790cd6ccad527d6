import type { Column } from '../../ui/data-table.tsx';
import { Revealed } from '../../ui/revealed.tsx';

/** The column of the file that a row is about. */
export function pathColumn<Row extends { readonly path: string }>(): Column<Row> {
  return {
    id: 'path',
    header: 'File',
    onCard: 'heading',
    sort: ({ path }) => path,
    cell: ({ path }) => (
      <strong>
        <Revealed text={path} />
      </strong>
    ),
  };
}
