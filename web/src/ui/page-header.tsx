import type { ReactNode } from 'react';
import { useEffect } from 'react';
import styles from './page-header.module.css';

interface PageHeaderProps {
  readonly title: string;
  readonly lead?: ReactNode;
  /** What leads back up: a link. */
  readonly above?: ReactNode;
  readonly actions?: ReactNode;
}

/** The head of every page: what it is, in one sentence what it is for, what can be done; ruled off as in a ledger. */
export function PageHeader({ title, lead, above, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Vouchsafe`;
  }, [title]);
  return (
    <header className={styles.header}>
      <div className={styles.words}>
        {above !== undefined && <div className={styles.above}>{above}</div>}
        <h1 className={styles.title}>{title}</h1>
        {lead !== undefined && <p className={styles.lead}>{lead}</p>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}
