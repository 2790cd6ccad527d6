import { Button, Checkbox } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus, Upload } from 'lucide-react';
import { useState } from 'react';
import { usePages } from '../../api/hooks.ts';
import { byteWords } from '../../ui/byte-words.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Row } from '../../ui/panel.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { StageBadge, TagList, VerdictMark } from './badges.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { Filters, type ModelSearch } from './filters.tsx';
import { MakeModelDialog } from './make-model-dialog.tsx';
import { useMayWell } from './may-well.ts';
import styles from './models.module.css';
import type { Model } from './words.ts';

const facts: readonly Column<Model>[] = [
  {
    id: 'name',
    header: 'Model',
    onCard: 'heading',
    cell: ({ id, name, project }) => (
      <span className={styles.name}>
        <Link to="/models/$modelId" params={{ modelId: id }}>
          {name}
        </Link>
        <small>{project.name}</small>
      </span>
    ),
  },
  {
    id: 'latest',
    header: 'Newest version',
    cell: ({ latest, isArchived }) => {
      if (isArchived) return <StatusMark of="archived" />;
      if (latest === null) return <span className="quiet">no version yet</span>;
      return (
        <span className={styles.marks}>
          <Link to="/versions/$versionId" params={{ versionId: latest.id }}>
            Version {latest.number}
          </Link>
          <StatusMark of={latest.state} />
        </span>
      );
    },
  },
  { id: 'verdict', header: 'Verdict', cell: ({ latest }) => <VerdictMark verdict={latest?.verdict ?? null} /> },
  {
    id: 'released',
    header: 'Can be had',
    cell: ({ released }) =>
      released === null ? (
        <span className="quiet">nothing</span>
      ) : (
        <span className={styles.marks}>
          <Link to="/versions/$versionId" params={{ versionId: released.id }}>
            Version {released.number}
          </Link>
          <span className="tabular">{byteWords(released.bytes)}</span>
          <StageBadge stage={released.stage} />
        </span>
      ),
  },
  { id: 'tags', header: 'Tags', cell: ({ tags }) => <TagList tags={tags} /> },
  { id: 'changed', header: 'Changed', cell: ({ changedAt }) => <Timestamp at={changedAt} /> },
];

interface Choosing {
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

function choiceColumn({ chosen, onChange }: Choosing): Column<Model> {
  const toggle = (id: string): void =>
    onChange(new Set(chosen.has(id) ? [...chosen].filter((one) => one !== id) : [...chosen, id]));
  return {
    id: 'choose',
    header: '(Choose)',
    width: '2.5rem',
    cell: ({ id, name, actions }) =>
      actions.length > 0 && (
        <Checkbox aria-label={`Choose ${name}`} checked={chosen.has(id)} onChange={() => toggle(id)} />
      ),
  };
}

/** The query that an address stands for. */
function queryOf(search: ModelSearch) {
  const { projectId, tag, licence, state, verdict, order, archived } = search;
  const isArchived = archived === true ? 'true' : 'false';
  return { search: search.search, projectId, tag, licence, state, verdict, order, isArchived, limit: 50 };
}

/** Every model that the reader may see: what it is, what was found in it, what of it can be had. */
export function ModelsPage() {
  const mayWell = useMayWell();
  const search = useSearch({ from: '/frame/models' });
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const models = usePages('models.list', { query: queryOf(search) });
  const set = (some: ModelSearch): void =>
    void navigate({ to: '/models', search: { ...search, ...some }, replace: true });
  const writes = mayWell('models.write');
  const shown: readonly Model[] = models.data ?? [];
  const acts = shown.some(({ actions }) => actions.length > 0);
  const isFiltered = Object.entries(search).some(
    ([name, value]) => value !== undefined && name !== 'order' && name !== 'make',
  );
  return (
    <>
      <PageHeader
        title="Models"
        lead="Whatever is here was examined before anybody could load it. Only released versions can be downloaded."
        actions={writes ? <Actions onMake={() => set({ make: true })} /> : undefined}
      />
      <Filters search={search} onChange={set} />
      <DataTable
        caption="Models"
        columns={acts ? [choiceColumn({ chosen, onChange: setChosen }), ...facts] : facts}
        rows={models}
        rowKey={({ id }) => id}
        empty={<Nothing isFiltered={isFiltered} writes={writes} onMake={() => set({ make: true })} />}
        foot={<MoreRows pages={models} words={['model', 'models']} />}
      />
      {chosen.size > 0 && (
        <BulkBar
          models={shown.filter(({ id }) => chosen.has(id))}
          onAll={() => setChosen(new Set(shown.filter(({ actions }) => actions.length > 0).map(({ id }) => id)))}
          onDone={() => setChosen(new Set())}
        />
      )}
      <MakeModelDialog opened={search.make === true} onClose={() => set({ make: undefined })} />
    </>
  );
}

function Actions({ onMake }: { readonly onMake: () => void }) {
  return (
    <>
      <Button variant="default" leftSection={<Plus size={15} />} onClick={onMake}>
        Make a model
      </Button>
      <Button leftSection={<Upload size={15} />} renderRoot={(props) => <Link to="/upload" {...props} />}>
        Upload
      </Button>
    </>
  );
}

interface NothingProps {
  readonly isFiltered: boolean;
  readonly writes: boolean;
  readonly onMake: () => void;
}

function Nothing({ isFiltered, writes, onMake }: NothingProps) {
  if (isFiltered)
    return <EmptyState title="Nothing matches">Try fewer or other words, or take a filter away.</EmptyState>;
  return (
    <EmptyState
      title="No model yet"
      action={
        writes ? (
          <Row>
            <Actions onMake={onMake} />
          </Row>
        ) : undefined
      }
    >
      Upload files or a folder: they stay in quarantine, are examined, and are released only when the admission policy
      and, where it says so, a person allow it.
    </EmptyState>
  );
}
