import { Button } from '@mantine/core';
import { Download } from 'lucide-react';
import { pathOf } from '../../api/paths.ts';
import { byteWords } from '../../ui/byte-words.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Digest } from '../../ui/digest.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { attestationsOf, signatureOf } from './attestations.ts';
import { useDocument } from './documents.ts';
import { documentOf, type Evidence, type PartProps } from './part-props.ts';

type Row = Evidence[number];

const kinds: Readonly<Record<Row['kind'], readonly [title: string, what: string]>> = {
  'scan-report': ['Report', 'Everything that the rules found.'],
  'release-report': ['Report of what is given out', 'What the rules say of the files after conversion.'],
  inspection: ['Inspection', 'Pickles as statements, templates, headers: taken apart without being run.'],
  facts: ['Facts', 'What the files hold and say, taken apart.'],
  'conversion-record': ['Conversion record', 'What was converted, with digests before and after.'],
  signature: ['Signature', 'Signs the files that are given out; model_signing and cosign read it.'],
  attestations: ['Attestations', 'Signed statements about how the version was examined and made.'],
  'bom-cyclonedx': ['Bill of materials, CycloneDX', 'Files, licences, data sets and tools, for inventories.'],
  'bom-spdx': ['Bill of materials, SPDX', 'The same in the other format.'],
};

function columnsFor(versionId: string): readonly Column<Row>[] {
  const address = (kind: Row['kind']): string =>
    pathOf('/api/registry/versions/:versionId/evidence/:kind', { versionId, kind });
  return [
    { id: 'kind', header: 'Document', onCard: 'heading', cell: ({ kind }) => <strong>{kinds[kind][0]}</strong> },
    { id: 'what', header: 'What it is', onCard: 'hidden', cell: ({ kind }) => kinds[kind][1] },
    { id: 'bytes', header: 'Size', numeric: true, cell: ({ bytes }) => byteWords(bytes) },
    { id: 'made', header: 'Made', cell: ({ madeAt }) => <Timestamp at={madeAt} /> },
    { id: 'digest', header: 'SHA-256', cell: ({ digest }) => <Digest value={digest.replace('sha256:', '')} /> },
    {
      id: 'get',
      header: '(Download)',
      cell: ({ kind, name }) => (
        <Button
          component="a"
          variant="default"
          size="xs"
          leftSection={<Download size={13} />}
          href={address(kind)}
          download={name}
          aria-label={`Download ${kinds[kind][0]}`}
        >
          Download
        </Button>
      ),
    },
  ];
}

/** Everything that was made of a version, to take along and check elsewhere. */
export function EvidenceList({ version, evidence }: PartProps) {
  return (
    <>
      <Panel title="Signature">
        <Signature version={version} evidence={evidence} />
      </Panel>
      <Panel title="Attestations">
        <Attestations version={version} evidence={evidence} />
      </Panel>
      <Panel
        title="Documents"
        lead="Each can be checked without this server: with vouchsafe verify, and with other tools."
      >
        <DataTable
          caption="Documents"
          columns={columnsFor(version.id)}
          rows={{ data: evidence, error: null, isPending: evidence === undefined, refetch: () => undefined }}
          rowKey={({ kind }) => kind}
          empty={
            <EmptyState title="No documents yet">They are made as the version is examined and released.</EmptyState>
          }
        />
      </Panel>
    </>
  );
}

const unsigned = (
  <EmptyState title="Not signed">A version is signed when it is released; this one was not, or not yet.</EmptyState>
);

function Signature({ version, evidence }: PartProps) {
  const document = documentOf(evidence, 'signature');
  const signature = useDocument({ versionId: version.id, kind: 'signature', document });
  if (evidence !== undefined && document === null) return unsigned;
  if (signature.data === undefined) return <Waiting on={signature} lines={3} />;
  const { format, keys, subject, algorithm } = signatureOf(signature.data);
  return (
    <Facts
      facts={[
        { term: 'Form', is: <Revealed text={format} /> },
        ...(subject === null ? [] : [{ term: 'Signs', is: <Digest value={subject} whole /> }]),
        ...(algorithm === null ? [] : [{ term: 'Statement', is: <Revealed text={algorithm} /> }]),
        {
          term: 'By key',
          is:
            keys.length === 0 ? (
              <span className="quiet">named in the bundle’s certificate</span>
            ) : (
              <Revealed text={keys.join(', ')} />
            ),
        },
        { term: 'To check it', is: <Digest value="vouchsafe verify FOLDER --key PUBLIC-KEY" what="command" whole /> },
      ]}
    />
  );
}

function Attestations({ version, evidence }: PartProps) {
  const document = documentOf(evidence, 'attestations');
  const attestations = useDocument({ versionId: version.id, kind: 'attestations', document });
  if (evidence !== undefined && document === null) {
    return <EmptyState title="None">They are made at the release.</EmptyState>;
  }
  if (attestations.data === undefined) return <Waiting on={attestations} lines={3} />;
  const rows = attestationsOf(attestations.data);
  return (
    <DataTable
      caption="Attestations"
      columns={[
        {
          id: 'type',
          header: 'Says',
          onCard: 'heading',
          cell: ({ title }) => (
            <strong>
              <Revealed text={title} />
            </strong>
          ),
        },
        {
          id: 'predicate',
          header: 'Kind of statement',
          cell: ({ predicateType }) => <Revealed text={predicateType} />,
        },
        { id: 'subjects', header: 'About', cell: ({ subjects }) => <Revealed text={subjects} /> },
      ]}
      rows={{ data: rows, error: null, isPending: false, refetch: () => undefined }}
      rowKey={({ key }) => key}
      empty={<EmptyState title="None">They are made at the release.</EmptyState>}
    />
  );
}
