import { Button } from '@mantine/core';
import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { problemOf } from '../api/problem.ts';
import { Seal } from './seal.tsx';
import styles from './states.module.css';

interface EmptyStateProps {
  readonly title: string;
  /** What would be here, and why nobody needs to worry that it is not. */
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

/** Nothing is here: says what will be, and offers the step that brings it. */
export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <div className={styles.state}>
      <Seal size={34} state="open" />
      <div>
        <h2>{title}</h2>
        <p>{children}</p>
        {action !== undefined && <div className={styles.action}>{action}</div>}
      </div>
    </div>
  );
}

interface ErrorStateProps {
  readonly error: unknown;
  readonly retry?: () => unknown;
}

/** What went wrong in the server's own sentence, what to do about it, and the code to quote. */
export function ErrorState({ error, retry }: ErrorStateProps) {
  const problem = problemOf(error);
  return (
    <div className={styles.state} role="alert" data-tone="critical">
      <Seal size={34} state="broken" />
      <div>
        <h2>{problem.title}</h2>
        <p>{sentence(problem.detail)}</p>
        {problem.hint !== undefined && <p className={styles.hint}>{sentence(problem.hint)}</p>}
        <p className={styles.code}>
          <code>{problem.code}</code>
          {problem.instance !== undefined && (
            <>
              {' · request '}
              <code>{problem.instance}</code>
            </>
          )}
        </p>
        {retry !== undefined && (
          <div className={styles.action}>
            <Button variant="default" leftSection={<RotateCw size={14} />} onClick={() => void retry()}>
              Try again
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

/** A problem beside the form that caused it. */
export function ProblemNote({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  const problem = problemOf(error);
  return (
    <div className={styles.note} role="alert">
      <p>
        <strong>{sentence(problem.detail)}</strong>
      </p>
      {problem.hint !== undefined && <p>{sentence(problem.hint)}</p>}
      {problem.errors?.map(({ path, message }) => (
        <p key={`${path} ${message}`}>
          <code>{path}</code>: {message}
        </p>
      ))}
      {problem.policies !== undefined && problem.policies.length > 0 && (
        <p>
          Decided by <code>{problem.policies.join(', ')}</code>
        </p>
      )}
      <p className={styles.code}>
        <code>{problem.code}</code>
      </p>
    </div>
  );
}

/** Messages of the server are in lower case, to be put into others; alone they begin like a sentence. */
export function sentence(words: string): string {
  // An address, a number or a name of code keeps its spelling.
  const upper = /^[a-z]+[\s,:;]/.test(words) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}

/** Lines where text will be, for screens that are still loading. */
export function Skeleton({ lines = 4, label = 'Loading' }: { readonly lines?: number; readonly label?: string }) {
  return (
    <div className={styles.skeleton} role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={styles.line} />
      ))}
    </div>
  );
}
