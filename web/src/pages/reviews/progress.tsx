import styles from './reviews.module.css';

interface ProgressProps {
  readonly done: number;
  readonly of: number;
}

/** How much of something is done, as figures and as a bar. */
export function Progress({ done, of }: ProgressProps) {
  return (
    <span className={styles.progress}>
      <progress value={done} max={Math.max(of, 1)} aria-label={`${done} of ${of} decided`} />
      <span className="tabular">
        {done} of {of}
      </span>
    </span>
  );
}
