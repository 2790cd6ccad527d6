import { Fragment, useMemo } from 'react';
import { EmptyState } from '../../ui/states.tsx';
import { diffLines, hunksOf } from './line-diff.ts';
import { Revealed } from '../../ui/revealed.tsx';
import styles from './policy-text.module.css';

const signs = { same: ' ', added: '+', removed: '−' } as const;
const words = { same: '', added: 'added', removed: 'removed' } as const;

/** What a version changes, sign and word beside each line so that colour is not needed. */
export function PolicyDiff({
  before,
  after,
  label,
}: {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}) {
  const hunks = useMemo(() => hunksOf(diffLines(before, after)), [before, after]);
  if (hunks.length === 0) return <EmptyState title="No difference">Both versions have the same text.</EmptyState>;
  return (
    <div className={styles.diff} tabIndex={0} role="region" aria-label={label}>
      <table>
        <tbody>
          {hunks.map(({ lines, skipped }) => (
            <Fragment key={`${lines[0]?.before} ${lines[0]?.after}`}>
              {skipped > 0 && (
                <tr className={styles.skip}>
                  <td colSpan={3}>{skipped === 1 ? 'one line the same' : `${skipped} lines the same`}</td>
                </tr>
              )}
              {lines.map(({ kind, text, before: from, after: to }) => (
                <tr key={`${from} ${to}`} data-kind={kind}>
                  <td>{from}</td>
                  <td>{to}</td>
                  <td>
                    <span className="visually-hidden">{words[kind]}</span>
                    {signs[kind]} <Revealed text={text} />
                  </td>
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
