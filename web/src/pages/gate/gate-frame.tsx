import { type ReactNode, useEffect } from 'react';
import { Guilloche } from '../../ui/guilloche.tsx';
import { Seal } from '../../ui/seal.tsx';
import styles from './gate-frame.module.css';

interface GateFrameProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
  /** "2 of 3", where there is more than one step. */
  readonly step?: string;
}

/** The page before the door: one thing to do, on a sheet, beside the house's ornament. */
export function GateFrame({ title, lead, children, step }: GateFrameProps) {
  useEffect(() => {
    document.title = `${title} · Vouchsafe`;
  }, [title]);
  return (
    <div className={styles.gate}>
      <aside className={styles.side} aria-hidden="true">
        <div className={styles.ornament}>
          <Guilloche />
        </div>
        <p>Nothing in an AI system is trusted until it has been vouched for.</p>
      </aside>
      <main className={styles.main}>
        <div className={styles.sheet}>
          <p className={styles.brand}>
            <Seal size={24} />
            Vouchsafe
          </p>
          <header>
            {step !== undefined && <p className={styles.step}>Step {step}</p>}
            <h1>{title}</h1>
            {lead !== undefined && <p className={styles.lead}>{lead}</p>}
          </header>
          {children}
        </div>
      </main>
    </div>
  );
}

/** "or", between two ways. */
export function Or({ children = 'or' }: { readonly children?: ReactNode }) {
  return <p className={styles.or}>{children}</p>;
}
