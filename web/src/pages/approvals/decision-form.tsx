import { Button, Checkbox, MultiSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ProblemError } from '../../../../src/contract/client.ts';
import { call, type CallInput } from '../../api/call.ts';
import { useChanged } from '../../api/hooks.ts';
import { announce } from '../../ui/announcer.tsx';
import { Row, Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import type { ModelVersion } from '../models/words.ts';
import styles from './approvals.module.css';

/** As short as the server takes it. */
const MIN_REASON = 8;
const DAY_MS = 86_400_000;
const USUAL_DAYS = 90;
const DATE_CHARACTERS = 'yyyy-mm-dd'.length;

interface Waiver {
  readonly rules: string[];
  readonly until: string;
}

const dayIn = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, DATE_CHARACTERS);

/** Approve or refuse, with a reason; an approval may rest on a waiver, which has an end. */
export function DecisionForm({ version }: { readonly version: ModelVersion }) {
  const rules = [
    ...new Set(
      version.decision?.reasons
        .filter(({ effect }) => effect !== 'allow' && effect !== 'convert')
        .map(({ rule }) => rule),
    ),
  ];
  const [reason, setReason] = useState('');
  const [waiver, setWaiver] = useState<Waiver | null>(null);
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();
  const showNow = useShowNow();
  const isWaiverReady = waiver === null || (waiver.rules.length > 0 && waiver.until !== '');
  const isReasoned = reason.trim().length >= MIN_REASON;

  async function decide(decision: 'approve' | 'refuse'): Promise<void> {
    const body = {
      decision,
      reason: reason.trim(),
      ...(waiver === null || decision === 'refuse'
        ? {}
        : { waiver: { rules: waiver.rules, expiresAt: new Date(`${waiver.until}T23:59:59.999`).toISOString() } }),
    } as CallInput<'approvals.decide'>['body'];
    const isDone = await submit(() =>
      call('approvals.decide', { params: { versionId: version.id }, body }).catch(showNow),
    );
    if (!isDone) return;
    announce(decision === 'approve' ? 'Approved. It is being released.' : 'Refused.');
    await changed('approvals.', 'versions.', 'models.', 'registry.', 'waivers.');
  }

  return (
    <div className={styles.decision}>
      <Stack>
        <Textarea
          label="Reason"
          description={`Recorded in the ledger with your name; at least ${MIN_REASON} characters.`}
          required
          withAsterisk={false}
          autosize
          minRows={3}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {rules.length > 0 && <WaiverFields rules={rules} value={waiver} onChange={setWaiver} />}
        <ProblemNote error={error} />
        <Row>
          <Button loading={busy} disabled={!isReasoned || !isWaiverReady} onClick={() => void decide('approve')}>
            Approve
          </Button>
          <Button variant="default" color="danger" disabled={busy || !isReasoned} onClick={() => void decide('refuse')}>
            Refuse
          </Button>
        </Row>
      </Stack>
    </div>
  );
}

/** What was refused because it changed is shown as it is now. */
function useShowNow(): (error: unknown) => Promise<never> {
  const changed = useChanged();
  return async (error) => {
    if (error instanceof ProblemError && error.code === 'not-as-shown') await changed('approvals.', 'versions.');
    throw error;
  };
}

interface WaiverFieldsProps {
  readonly rules: readonly string[];
  readonly value: Waiver | null;
  readonly onChange: (waiver: Waiver | null) => void;
}

function WaiverFields({ rules, value, onChange }: WaiverFieldsProps) {
  return (
    <>
      <Checkbox
        label="Waive rules for this version until a day"
        description="Without it the approval is for good. With it, the version is decided about again when the waiver ends."
        checked={value !== null}
        onChange={(event) =>
          onChange(event.currentTarget.checked ? { rules: [...rules], until: dayIn(USUAL_DAYS) } : null)
        }
      />
      {value !== null && (
        <>
          <MultiSelect
            label="Rules that are waived"
            data={[...rules]}
            value={value.rules}
            onChange={(chosen) => onChange({ ...value, rules: chosen })}
          />
          <TextInput
            type="date"
            label="Until"
            min={dayIn(1)}
            value={value.until}
            onChange={(event) => onChange({ ...value, until: event.currentTarget.value })}
          />
        </>
      )}
    </>
  );
}
