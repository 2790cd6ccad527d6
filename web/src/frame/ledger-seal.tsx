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
  const reads = may('ledger.read');
  const { data: state } = useApiWhen(reads, 'ledger.state');
  const latest = state?.latest ?? null;
  const { data: check, error } = useQuery({
    queryKey: ['evidence', latest?.size ?? null, latest?.rootHash ?? null],
    enabled: latest !== null,
    queryFn: async () => (await import('../evidence/check.ts')).checkLatest(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!reads || state === undefined) return null;
  return (
    <Link to="/checkpoints" className={styles.strip} data-broken={check?.holds === false || undefined}>
      <Seal size={28} state={latest === null ? 'open' : sealState(check)} />
      <span className={styles.words}>
        <strong>{latest === null ? 'Not sealed yet' : `Sealed at ${figure.format(latest.size)}`}</strong>
        <span aria-live="polite">{latest === null ? 'no checkpoint' : verdict(check, error)}</span>
        {latest !== null && check?.holds !== false && (
          <span>
            <Timestamp at={latest.time} />
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
