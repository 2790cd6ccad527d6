import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import type { Reply } from '../../api/call.ts';
import { Seal } from '../../ui/seal.tsx';
import { sentence } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import styles from './overview.module.css';

type Attention = Reply<'overview.show'>['attention'][number];

const weights: readonly string[] = ['critical', 'high', 'medium', 'low', 'info'];

/** What needs somebody, the weightiest first; each leads to where it is dealt with. */
export function AttentionList({ items }: { readonly items: readonly Attention[] }) {
  if (items.length === 0) return <Calm />;
  const sorted = [...items].sort((a, b) => weights.indexOf(a.severity) - weights.indexOf(b.severity));
  return (
    <ul className={styles.list} aria-label="What needs attention">
      {sorted.map((item) => (
        <li key={`${item.kind} ${item.title}`} className={styles.item}>
          <StatusMark of={item.severity} />
          <div>
            <h2>
              <Link to={item.href}>{item.title}</Link>
            </h2>
            <p className={styles.detail}>{sentence(item.detail)}</p>
          </div>
          <ArrowRight className={styles.go} size={16} aria-hidden="true" />
        </li>
      ))}
    </ul>
  );
}

function Calm() {
  return (
    <div className={styles.calm}>
      <Seal size={44} />
      <div>
        <h2>All is in order</h2>
        <p>
          No proposal waits, no key is about to expire, no review is due, and nobody fails to sign in. This page changes
          by itself when that does.
        </p>
      </div>
    </div>
  );
}
