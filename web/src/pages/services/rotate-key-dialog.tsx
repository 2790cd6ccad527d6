import { Button, Modal, Select } from '@mantine/core';
import { useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useChanged } from '../../api/hooks.ts';
import { Row, Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import type { Key } from './key-list.tsx';
import { KeyOnce } from './key-once.tsx';

interface RotateKeyDialogProps {
  readonly serviceId: string;
  readonly keyRow: Key;
  readonly onClose: () => void;
}

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

const overlaps = [
  { value: '0', label: 'not at all: it ends now' },
  { value: String(HOUR_SECONDS), label: 'for an hour' },
  { value: String(DAY_SECONDS), label: 'for a day' },
  { value: String(7 * DAY_SECONDS), label: 'for a week' },
  { value: String(30 * DAY_SECONDS), label: 'for thirty days' },
];

/** Issues a successor while the old key goes on for a while, so that nothing stops in between. */
export function RotateKeyDialog({ serviceId, keyRow, onClose }: RotateKeyDialogProps) {
  const [issued, setIssued] = useState<Reply<'keys.rotate'> | null>(null);
  const [overlap, setOverlap] = useState<string>(String(DAY_SECONDS));
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();

  async function rotate(): Promise<void> {
    await submit(async () => {
      const body = { overlapSeconds: Number(overlap) };
      setIssued(await call('keys.rotate', { params: { serviceId, keyId: keyRow.id }, body }));
      await changed('keys.', 'services.', 'overview.');
    });
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={issued === null ? `Rotate ${keyRow.name}` : 'The successor is issued'}
      closeOnClickOutside={issued === null}
      closeOnEscape={issued === null}
      withCloseButton={issued === null}
    >
      {issued !== null ? (
        <KeyOnce issued={issued} onDone={onClose} />
      ) : (
        <Stack>
          <p className="soft">
            A successor with the same scopes and networks is issued. The old key goes on meanwhile:
          </p>
          <Select
            label="The old key still works"
            data={overlaps}
            allowDeselect={false}
            value={overlap}
            onChange={(value) => setOverlap(value ?? '0')}
          />
          <ProblemNote error={error} />
          <Row end>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button loading={busy} onClick={() => void rotate()}>
              Rotate
            </Button>
          </Row>
        </Stack>
      )}
    </Modal>
  );
}
