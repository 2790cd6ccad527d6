import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useApiWhen, useMay } from '../api/hooks.ts';
import type { Check } from '../evidence/steps.ts';
import { Seal } from '../ui/seal.tsx';
import { Timestamp } from '../ui/timestamp.tsx';
import styles from './ledger-seal.module.css';

const figure = new Intl.NumberFormat('en-GB');

/**
 * The one sentence that is always on screen: how far the ledger is sealed, and whether this browser has checked that
 * itself. The checking code is loaded apart, when the page stands.
 */
export function LedgerSeal() {
  const may = useMay();
  const { data: state } = useApiWhen(may('ledger.read'), 'ledger.state');
  const latest = state?.latest ?? null;
  const { data: check, error } = useQuery({
    queryKey: ['evidence', latest?.size ?? null, latest?.rootHash ?? null],
    enabled: latest !== null,
    queryFn: async () => (await import('../evidence/check.ts')).checkLatest(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (state === undefined) return null;
  if (latest === null) return <Strip seal="open" title="Not sealed yet" words="no checkpoint" />;
  return (
    <Strip
      seal={sealState(check)}
      title={`Sealed at ${figure.format(latest.size)}`}
      words={verdict(check, error)}
      at={check?.holds === false ? undefined : latest.time}
    />
  );
}

interface StripProps {
  readonly seal: 'sealed' | 'open' | 'broken';
  readonly title: string;
  readonly words: string;
  readonly at?: string | undefined;
}

function Strip({ seal, title, words, at }: StripProps) {
  return (
    <Link to="/checkpoints" className={styles.strip} data-broken={seal === 'broken' || undefined}>
      <Seal size={28} state={seal} />
      <span className={styles.words}>
        <strong>{title}</strong>
        <span aria-live="polite">{words}</span>
        {at !== undefined && (
          <span>
            <Timestamp at={at} />
          </span>
        )}
      </span>
    </Link>
  );
}

function sealState(check: Check | undefined): 'sealed' | 'open' | 'broken' {
  if (check === undefined) return 'open';
  return check.holds ? 'sealed' : 'broken';
}

function verdict(check: Check | undefined, error: unknown): string {
  if (error !== null && error !== undefined) return 'could not be checked';
  if (check === undefined) return 'checking…';
  return check.holds ? 'checked in this browser' : 'check failed: look now';
}
