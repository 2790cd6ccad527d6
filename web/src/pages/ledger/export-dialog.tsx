import { Button, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { pathOf } from '../../api/paths.ts';
import { Digest } from '../../ui/digest.tsx';
import { Facts, Row, Stack } from '../../ui/panel.tsx';
import { ErrorState, ProblemNote, Skeleton } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { useSubmit } from '../../ui/use-submit.ts';

interface ExportDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

const POLL_MS = 1000;

/** Has the server make an export, waits for it, and offers the file. */
export function ExportDialog({ opened, onClose }: ExportDialogProps) {
  const [jobId, setJobId] = useState<string | null>(null);
  const close = (): void => {
    setJobId(null);
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title="Export the ledger">
      {jobId === null ? <Ask onBegun={setJobId} onCancel={close} /> : <Progress jobId={jobId} onClose={close} />}
    </Modal>
  );
}

function Ask({ onBegun, onCancel }: { readonly onBegun: (jobId: string) => void; readonly onCancel: () => void }) {
  const { busy, error, submit } = useSubmit();
  return (
    <Stack>
      <p className="soft">
        One file with all entries, the tree and its signatures. Anybody can verify it offline, without trusting this
        server:
      </p>
      <pre>
        <code>vouchsafe ledger verify EXPORT</code>
      </pre>
      <ProblemNote error={error} />
      <Row end>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button loading={busy} onClick={() => void submit(async () => onBegun((await call('ledger.export')).id))}>
          Make the export
        </Button>
      </Row>
    </Stack>
  );
}

function Progress({ jobId, onClose }: { readonly jobId: string; readonly onClose: () => void }) {
  const job = useQuery({
    queryKey: ['ledger.exportState', { params: { jobId } }],
    queryFn: () => call('ledger.exportState', { params: { jobId } }),
    refetchInterval: ({ state }) => (isOver(state.data) ? false : POLL_MS),
  });
  if (job.error !== null && job.data === undefined) return <ErrorState error={job.error} retry={job.refetch} />;
  if (job.data === undefined) return <Skeleton lines={3} label="Beginning" />;
  const { state, error, result } = job.data;
  return (
    <Stack>
      <Facts
        facts={[
          { term: 'State', is: <StatusMark of={state} /> },
          ...(error === null ? [] : [{ term: 'Error', is: error }]),
          ...(result === null
            ? []
            : [
                { term: 'File', is: `${result.name}, ${sizeWords(result.bytes)}` },
                { term: 'SHA-256', is: <Digest value={result.digest} /> },
              ]),
        ]}
      />
      <Row end>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        {state === 'done' && (
          <Button
            component="a"
            leftSection={<Download size={15} />}
            href={pathOf('/api/ledger/exports/:jobId/file', { jobId })}
            download
          >
            Download
          </Button>
        )}
      </Row>
    </Stack>
  );
}

function isOver(job: Reply<'ledger.exportState'> | undefined): boolean {
  return job !== undefined && job.state !== 'waiting' && job.state !== 'running';
}

const UNIT = 1024;

/** "3.2 MiB". */
function sizeWords(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  const power = Math.min(units.length - 1, bytes === 0 ? 0 : Math.floor(Math.log(bytes) / Math.log(UNIT)));
  const value = bytes / UNIT ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
