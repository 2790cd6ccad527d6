import { Select } from '@mantine/core';
import { useState } from 'react';
import { byteWords, countWords } from '../../ui/byte-words.ts';
import { type Column, DataTable, type Loadable } from '../../ui/data-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { type InspectedFile, type InspectedPart, type Stated, type TensorTotals, useDocument } from './documents.ts';
import { documentOf, type PartProps } from './part-props.ts';
import { pathColumn } from './path-column.tsx';
import styles from './versions.module.css';

const known = <Row,>(data: readonly Row[]): Loadable<readonly Row[]> => ({
  data,
  error: null,
  isPending: false,
  refetch: () => undefined,
});

const figure = new Intl.NumberFormat('en-GB');

const tensorColumns: readonly Column<TensorTotals>[] = [
  pathColumn(),
  { id: 'format', header: 'Format', cell: ({ format }) => <Revealed text={format} /> },
  {
    id: 'tensors',
    header: 'Tensors',
    numeric: true,
    sort: ({ tensors }) => tensors,
    cell: ({ tensors }) => figure.format(tensors),
  },
  {
    id: 'parameters',
    header: 'Parameters',
    numeric: true,
    sort: ({ parameters }) => parameters,
    cell: ({ parameters }) => figure.format(parameters),
  },
  { id: 'bytes', header: 'Size', numeric: true, sort: ({ bytes }) => bytes, cell: ({ bytes }) => byteWords(bytes) },
  {
    id: 'dtypes',
    header: 'Types',
    cell: ({ byDtype }) => (
      <Revealed text={byDtype.map(({ dtype, parameters }) => `${dtype} ${figure.format(parameters)}`).join(', ')} />
    ),
  },
];

interface Said extends Stated {
  readonly term: string;
}

const saidColumns: readonly Column<Said>[] = [
  {
    id: 'term',
    header: 'What',
    onCard: 'heading',
    sort: ({ term }) => term,
    cell: ({ term }) => <strong>{term}</strong>,
  },
  {
    id: 'value',
    header: 'Says',
    cell: ({ name, value }) => <Revealed text={`${name === undefined ? '' : `${name}: `}${saidWords(value)}`} />,
  },
  {
    id: 'origin',
    header: 'Where',
    cell: ({ origin }) => (
      <Revealed text={origin.pointer === '' ? origin.file : `${origin.file} at ${origin.pointer}`} />
    ),
  },
];

const MAX_SAID = 500;

function saidWords(value: unknown): string {
  const { name } = (typeof value === 'object' && value !== null ? value : {}) as { readonly name?: unknown };
  const words = typeof value === 'string' ? value : typeof name === 'string' ? name : (JSON.stringify(value) ?? '');
  return words.length > MAX_SAID ? `${words.slice(0, MAX_SAID)}…` : words;
}

/** `baseModels` → `Base models`. */
function termOf(key: string): string {
  const spaced = key.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** What the files hold and what they say about themselves, read without loading them. */
export function Contents({ version, evidence }: PartProps) {
  const document = documentOf(evidence, 'facts');
  const facts = useDocument({ versionId: version.id, kind: 'facts', document });
  const taken = documentOf(evidence, 'inspection');
  const inspection = useDocument({ versionId: version.id, kind: 'inspection', document: taken });
  if (evidence !== undefined && document === null) {
    return <EmptyState title="Nothing is known yet">The files are taken apart when they are examined.</EmptyState>;
  }
  if (facts.data === undefined) return <Waiting on={facts} lines={8} />;
  const { tensors, statements, notes } = facts.data;
  const said = Object.entries(statements).flatMap(([key, list]) => list.map((one) => ({ ...one, term: termOf(key) })));
  const parameters = tensors.reduce((sum, one) => sum + one.parameters, 0);
  return (
    <>
      <Panel
        title="Tensors"
        lead={
          tensors.length === 0
            ? undefined
            : `${figure.format(parameters)} parameters in ${countWords(tensors.length, 'file')}.`
        }
      >
        <DataTable
          caption="Tensors"
          columns={tensorColumns}
          rows={known(tensors)}
          rowKey={({ path, format }) => `${path} ${format}`}
          empty={<EmptyState title="No tensors">No file holds tensors in a format that is understood.</EmptyState>}
        />
      </Panel>
      <Statements said={said} />
      {taken !== null && inspection.data !== undefined && inspection.data.files.length > 0 && (
        <Inspection files={inspection.data.files} madeAt={taken.madeAt} />
      )}
      {notes.length > 0 && <Notes notes={notes} />}
    </>
  );
}

function Statements({ said }: { readonly said: readonly Said[] }) {
  return (
    <Panel title="What the files say" lead="As true as the files are: nobody checked these words.">
      <DataTable
        caption="Statements"
        columns={saidColumns}
        rows={known(said)}
        rowKey={({ term, name, value, origin }) =>
          `${term} ${name} ${origin.file} ${origin.pointer} ${saidWords(value)}`
        }
        words={({ term, value }) => `${term} ${saidWords(value)}`}
        empty={
          <EmptyState title="They say nothing">
            There is no model card and no configuration that says anything.
          </EmptyState>
        }
      />
    </Panel>
  );
}

function Notes({ notes }: { readonly notes: readonly string[] }) {
  return (
    <Panel title="What could not be read">
      <ul className={styles.plain}>
        {notes.map((note) => (
          <li key={note}>
            <Revealed text={note} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Files taken apart: pickles as statements, templates, headers, members of archives. */
function Inspection({ files, madeAt }: { readonly files: readonly InspectedFile[]; readonly madeAt: string }) {
  const [path, setPath] = useState(files[0]?.path ?? '');
  const file = files.find((one) => one.path === path) ?? files[0];
  return (
    <Panel
      title="Taken apart"
      lead={
        <>
          Pickles as the statements they would run, templates, headers and members of archives. Nothing was run. Taken
          apart <Timestamp at={madeAt} />.
        </>
      }
      actions={
        files.length > 1 ? (
          <Select
            aria-label="File to show"
            allowDeselect={false}
            searchable
            data={files.map((one) => one.path)}
            value={path}
            onChange={(chosen) => chosen !== null && setPath(chosen)}
          />
        ) : undefined
      }
    >
      {file?.parts.map((part) => (
        <Part key={`${part.member} ${part.title}`} path={file.path} part={part} />
      ))}
    </Panel>
  );
}

const MAX_LINES = 400;

function Part({
  path,
  part: { member, title, lines, omitted },
}: {
  readonly path: string;
  readonly part: InspectedPart;
}) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? lines : lines.slice(0, MAX_LINES);
  const name = [path, member].filter((piece) => piece !== '').join(' › ');
  return (
    <figure className={styles.excerpt}>
      <figcaption>
        <Revealed text={name} />: <Revealed text={title} />
      </figcaption>
      <div className={styles.code} data-tall tabIndex={0} role="region" aria-label={`${title} of ${name}`}>
        <table>
          <tbody>
            {shown.map(({ offset, text }, index) => (
              // Lines never change places.
              // oxlint-disable-next-line react/no-array-index-key
              <tr key={index}>
                <td className="tabular">{offset ?? index + 1}</td>
                <td>
                  <Revealed text={text} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines.length > shown.length && (
        <button type="button" className={styles.textButton} onClick={() => setWhole(true)}>
          Show all {lines.length} lines
        </button>
      )}
      {omitted > 0 && <p className="quiet">{countWords(omitted, 'more line was', 'more lines were')} not kept.</p>}
    </figure>
  );
}
