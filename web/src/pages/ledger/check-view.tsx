import { Button } from '@mantine/core';
import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import type { Check, Step } from '../../evidence/steps.ts';
import { Seal } from '../../ui/seal.tsx';
import { ErrorState, Skeleton, sentence } from '../../ui/states.tsx';
import styles from './entries.module.css';

interface CheckButtonProps {
  readonly run: () => Promise<Check>;
  /** What holds, once it does. */
  readonly claim: string;
}

/** Runs a check in this browser and shows each of its steps with the figures. */
export function CheckInBrowser({ run, claim }: CheckButtonProps) {
  const [state, setState] = useState<{ readonly check?: Check; readonly error?: unknown; readonly busy: boolean }>({
    busy: false,
  });

  async function start(): Promise<void> {
    setState({ busy: true });
    try {
      setState({ busy: false, check: await run() });
    } catch (error) {
      setState({ busy: false, error });
    }
  }

  if (state.busy) return <Skeleton lines={4} label="Checking" />;
  if (state.error !== undefined) return <ErrorState error={state.error} retry={start} />;
  if (state.check === undefined) {
    return (
      <Button leftSection={<ShieldCheck size={16} />} onClick={() => void start()}>
        Verify in my browser
      </Button>
    );
  }
  return <CheckResult check={state.check} claim={claim} />;
}

function CheckResult({ check, claim }: { readonly check: Check; readonly claim: string }) {
  return (
    <div role="status">
      <div className={styles.verdict} data-holds={check.holds}>
        <Seal size={38} state={check.holds ? 'sealed' : 'broken'} />
        <div>
          <h3>{check.holds ? claim : 'This does not hold'}</h3>
          <p className="soft">
            {check.holds
              ? 'Recomputed here from the bytes, without taking the server’s word for it.'
              : 'Keep this page open, take a copy of what it says, and tell whoever is responsible for security.'}
          </p>
        </div>
      </div>
      <ol className={styles.steps}>
        {check.steps.map((step) => (
          <StepLine key={step.title} step={step} />
        ))}
      </ol>
    </div>
  );
}

const sealOf = { passed: 'sealed', failed: 'broken', skipped: 'open' } as const;
const wordOf = { passed: 'holds', failed: 'does not hold', skipped: 'not checked' } as const;

function StepLine({ step }: { readonly step: Step }) {
  return (
    <li>
      <Seal size={16} state={sealOf[step.state]} />
      <div>
        <strong>
          {step.title}: {wordOf[step.state]}
        </strong>
        <p>{sentence(step.detail)}</p>
      </div>
    </li>
  );
}
