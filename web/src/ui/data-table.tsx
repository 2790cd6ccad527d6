import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';
import styles from './data-table.module.css';
import { EmptyState, ErrorState, Skeleton } from './states.tsx';
import { matches, nextOrder, type Order, type SortKey, sortRows } from './table-order.ts';
import { SearchField } from './search-field.tsx';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Sortable where given. */
  readonly sort?: (row: Row) => SortKey;
  /** On a phone the row becomes a card: its heading, or not shown at all. */
  readonly onCard?: 'heading' | 'hidden' | 'plain';
  readonly numeric?: boolean;
  readonly width?: string;
}

/** The part of a query's state that a table shows. */
export interface Loadable<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly refetch: () => unknown;
}

interface DataTableProps<Row> {
  /** Accessible name of the table. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: Loadable<readonly Row[]>;
  readonly rowKey: (row: Row) => string;
  readonly empty: ReactNode;
  /** The words of a row that the filter searches; no filter field where absent. */
  readonly words?: (row: Row) => string;
  readonly filterLabel?: string;
  readonly tools?: ReactNode;
  readonly foot?: ReactNode;
}

/** A ruled table: sorted, filtered, walked with the arrow keys; cards on a phone; loading, empty and failing by design. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, words, tools, filterLabel } = props;
  const [filter, setFilter] = useState('');
  if (rows.error !== null && rows.error !== undefined && rows.data === undefined) {
    return <ErrorState error={rows.error} retry={rows.refetch} />;
  }
  const known = rows.data ?? [];
  const shown = words === undefined || filter === '' ? known : known.filter((row) => matches(words(row), filter));
  const filterable = words !== undefined && known.length > 0;
  return (
    <div className={styles.frame}>
      {(filterable || tools !== undefined) && (
        <div className={styles.tools}>
          {filterable && (
            <SearchField
              label={filterLabel ?? `Filter ${props.caption.toLowerCase()}`}
              value={filter}
              onChange={setFilter}
            />
          )}
          {tools}
        </div>
      )}
      <Body {...props} shown={shown} filtered={filter !== ''} />
    </div>
  );
}

interface BodyProps<Row> extends DataTableProps<Row> {
  readonly shown: readonly Row[];
  readonly filtered: boolean;
}

function Body<Row>({ shown, filtered, ...props }: BodyProps<Row>) {
  const { rows, columns, caption, rowKey, foot } = props;
  const [order, setOrder] = useState<Order | null>(null);
  const sorted = useMemo(() => {
    const keyOf = columns.find(({ id }) => id === order?.column)?.sort;
    return order === null || keyOf === undefined ? shown : sortRows(shown, keyOf, order.descending);
  }, [shown, columns, order]);

  if (rows.isPending) return <Skeleton lines={6} label={`Loading ${caption.toLowerCase()}`} />;
  if (sorted.length === 0) {
    return filtered ? <EmptyState title="Nothing matches">Try fewer or other words.</EmptyState> : <>{props.empty}</>;
  }
  // Explicit roles: as cards the rows are no longer laid out as a table, and browsers would drop its meaning.
  return (
    <>
      <table className={styles.table} role="table" aria-label={caption} onKeyDown={walkRows}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Head key={column.id} column={column} order={order} onOrder={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {sorted.map((row) => (
            <Row key={rowKey(row)} row={row} columns={columns} />
          ))}
        </tbody>
      </table>
      {foot !== undefined && <div className={styles.foot}>{foot}</div>}
    </>
  );
}

interface HeadProps<Row> {
  readonly column: Column<Row>;
  readonly order: Order | null;
  readonly onOrder: (order: Order) => void;
}

function Head<Row>({ column, order, onOrder }: HeadProps<Row>) {
  const { id, header, sort, numeric, width } = column;
  const direction = order?.column === id ? (order.descending ? 'descending' : 'ascending') : 'none';
  return (
    <th
      role="columnheader"
      scope="col"
      aria-sort={sort === undefined ? undefined : direction}
      data-numeric={numeric}
      style={width === undefined ? undefined : { width }}
    >
      {sort === undefined ? (
        <span className={header.startsWith('(') ? 'visually-hidden' : undefined}>{header.replace(/[()]/g, '')}</span>
      ) : (
        <button type="button" className={styles.sort} onClick={() => onOrder(nextOrder(order, id))}>
          {header}
          <SortGlyph direction={direction} />
        </button>
      )}
    </th>
  );
}

function SortGlyph({ direction }: { readonly direction: 'ascending' | 'descending' | 'none' }) {
  if (direction === 'ascending') return <ArrowUp size={12} aria-hidden="true" />;
  if (direction === 'descending') return <ArrowDown size={12} aria-hidden="true" />;
  return <ChevronsUpDown size={12} aria-hidden="true" className={styles.idle} />;
}

function Row<Row>({ row, columns }: { readonly row: Row; readonly columns: readonly Column<Row>[] }) {
  return (
    <tr role="row">
      {columns.map(({ id, header, cell, numeric, onCard = 'plain' }) => (
        <td key={id} role="cell" data-label={header.replace(/[()]/g, '')} data-card={onCard} data-numeric={numeric}>
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** Up and down go to the link of the row before and after, as in a list of mail. */
function walkRows(event: KeyboardEvent<HTMLTableElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const target = event.target as HTMLElement;
  if (target.matches('input, textarea, select, [role="combobox"]')) return;
  const row = target.closest('tbody tr');
  const beside = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  const next = beside?.querySelector<HTMLElement>('a, button');
  if (next === null || next === undefined) return;
  event.preventDefault();
  next.focus();
}
