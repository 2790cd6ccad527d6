import { type ReactNode, useId } from 'react';
import styles from './panel.module.css';

interface PanelProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a page, ruled off at its top; no box round it. */
export function Panel({ title, lead, actions, children }: PanelProps) {
  const titleId = useId();
  return (
    <section className={styles.panel} aria-labelledby={titleId}>
      <header className={styles.head}>
        <div>
          <h2 id={titleId}>{title}</h2>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}

interface Fact {
  readonly term: string;
  readonly is: ReactNode;
}

/** Terms and what they are, as on a record card. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ term, is }) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{is}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Fields of a form, one under the other, its actions at the end. */
export function Stack({ children, gap = 16 }: { readonly children: ReactNode; readonly gap?: 8 | 16 | 28 }) {
  return (
    <div className={styles.stack} data-gap={gap}>
      {children}
    </div>
  );
}

/** Things side by side, wrapping where there is no room. */
export function Row({ children, end = false }: { readonly children: ReactNode; readonly end?: boolean }) {
  return (
    <div className={styles.row} data-end={end || undefined}>
      {children}
    </div>
  );
}

/** Two parts beside each other on a wide screen. */
export function Columns({ children }: { readonly children: ReactNode }) {
  return <div className={styles.columns}>{children}</div>;
}
