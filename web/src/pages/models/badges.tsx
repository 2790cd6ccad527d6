import { StatusMark } from '../../ui/status-mark.tsx';
import styles from './models.module.css';
import { type ModelVersion, stageWords } from './words.ts';

/** What the examination came to; none is said as what it is. */
export function VerdictMark({
  verdict,
  boxed = false,
}: {
  readonly verdict: ModelVersion['verdict'];
  readonly boxed?: boolean;
}) {
  if (verdict === null) return <span className="quiet">not examined</span>;
  return <StatusMark of={verdict} boxed={boxed} />;
}

/** What a released version is used for. */
export function StageBadge({ stage }: { readonly stage: ModelVersion['stage'] }) {
  if (stage === 'none') return null;
  return (
    <span className={styles.stage} data-stage={stage}>
      {stageWords[stage]}
    </span>
  );
}

/** Labels that people gave. */
export function TagList({ tags }: { readonly tags: readonly string[] }) {
  if (tags.length === 0) return <span className="quiet">none</span>;
  return (
    <span className={styles.tags}>
      {tags.map((tag) => (
        <span key={tag} className={styles.tag}>
          {tag}
        </span>
      ))}
    </span>
  );
}
