import styles from './meter.module.css';

interface MeterProps {
  /** From 0 to 1; null where nobody knows how much there is to do. */
  readonly share: number | null;
  /** What is being done, for the accessible name. */
  readonly label: string;
  readonly wide?: boolean;
}

/** How far something is, as a bar and as a figure. */
export function Meter({ share, label, wide = false }: MeterProps) {
  const bounded = share === null ? null : Math.min(1, Math.max(0, share));
  return (
    <span className={styles.meter} data-wide={wide || undefined}>
      <progress aria-label={label} max={1} {...(bounded === null ? {} : { value: bounded })} />
      {bounded !== null && <span className="tabular">{Math.floor(bounded * 100)} %</span>}
    </span>
  );
}
