import { useState } from 'react';
import { actions as known } from '../../../../src/contract/actions.ts';
import styles from './action-list.module.css';

const SHOWN = 2;

/** What an action is, in words; an id of a newer server stays as it is. */
export function actionWords(action: string): string {
  return action in known ? known[action as keyof typeof known].title : action;
}

/** The first actions in words, the others on demand. */
export function ActionList({ actions }: { readonly actions: readonly string[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? actions : actions.slice(0, SHOWN);
  if (actions.length === 0) return <span className="quiet">nothing</span>;
  return (
    <span className={styles.actions}>
      <span>{shown.map(actionWords).join('; ')} </span>
      {actions.length > SHOWN && (
        <button type="button" className={styles.more} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'fewer' : `and ${actions.length - SHOWN} more`}
        </button>
      )}
    </span>
  );
}
