import { Link } from '@tanstack/react-router';
import { useApi } from '../../api/hooks.ts';
import { Panel } from '../../ui/panel.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import type { ModelVersion } from '../models/words.ts';
import { layersOf, MAX_DRAWN, type PlacedNode } from './lineage-layers.ts';
import styles from './versions.module.css';

const WIDTH = 208;
const HEIGHT = 62;
const GAP_X = 74;
const GAP_Y = 20;
const MAX_LETTERS = 24;

const kindWords: Readonly<Record<PlacedNode['kind'], string>> = {
  hub: 'On a hub',
  upload: 'Upload',
  version: 'Version',
  release: 'Released files',
  tool: 'Tool',
};

/** Where a version comes from and what came of it: a picture, and the same in words. */
export function Origin({ version }: { readonly version: ModelVersion }) {
  const lineage = useApi('versions.lineage', { params: { versionId: version.id } });
  if (lineage.data === undefined) return <Waiting on={lineage} lines={6} />;
  const placed = layersOf(lineage.data);
  if (placed.length === 0) {
    return (
      <EmptyState title="Nothing is known">Neither where it comes from nor what came of it is on record.</EmptyState>
    );
  }
  return (
    <>
      {placed.length > 1 && placed.length <= MAX_DRAWN && (
        <Drawing placed={placed} edges={lineage.data.edges} currentId={version.id} />
      )}
      <Panel title="In words">
        <ol className={styles.lineage}>
          {placed
            .toSorted((a, b) => a.column - b.column || a.row - b.row)
            .map((node) => (
              <li key={node.id}>
                <InWords node={node} currentId={version.id} />
              </li>
            ))}
        </ol>
      </Panel>
    </>
  );
}

function InWords({ node, currentId }: { readonly node: PlacedNode; readonly currentId: string }) {
  const { kind, title, detail, versionId, from } = node;
  return (
    <>
      <p>
        <span className="quiet">{kindWords[kind]}: </span>
        {versionId === null || versionId === currentId ? (
          <strong>
            <Revealed text={title} />
          </strong>
        ) : (
          <Link to="/versions/$versionId" params={{ versionId }}>
            <Revealed text={title} />
          </Link>
        )}
        {kind === 'version' && versionId === currentId && ' (this one)'}
        {detail !== '' && (
          <>
            {', '}
            <Revealed text={detail} />
          </>
        )}
      </p>
      {from.map(({ title: source, label }) => (
        <p key={`${source} ${label}`} className="soft">
          <Revealed text={`${label} ← ${source}`} />
        </p>
      ))}
    </>
  );
}

interface DrawingProps {
  readonly placed: readonly PlacedNode[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly label: string }[];
  readonly currentId: string;
}

const xOf = ({ column }: PlacedNode): number => column * (WIDTH + GAP_X) + 1;
const yOf = ({ row }: PlacedNode): number => row * (HEIGHT + GAP_Y) + 1;

/** Said again in words below it, so that nobody needs to see it. */
function Drawing({ placed, edges, currentId }: DrawingProps) {
  const byId = new Map(placed.map((node) => [node.id, node]));
  const width = Math.max(...placed.map(xOf)) + WIDTH + 1;
  const height = Math.max(...placed.map(yOf)) + HEIGHT + 1;
  return (
    <div className={styles.drawing} tabIndex={0} role="region" aria-label="Picture of the lineage">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
        {edges.map(({ from, to }) => {
          const [left, right] = [byId.get(from), byId.get(to)];
          if (left === undefined || right === undefined) return null;
          return <path key={`${from} ${to}`} className={styles.edge} d={curve(left, right)} />;
        })}
        {placed.map((node) => (
          <g
            key={node.id}
            transform={`translate(${xOf(node)} ${yOf(node)})`}
            data-current={node.versionId === currentId || undefined}
          >
            <rect className={styles.box} width={WIDTH} height={HEIGHT} rx={3} />
            <text className={styles.kind} x={12} y={18}>
              {kindWords[node.kind]}
            </text>
            <text className={styles.nodeTitle} x={12} y={36}>
              {short(node.title)}
            </text>
            <text className={styles.kind} x={12} y={52}>
              {short(node.detail)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

/** Cut at the end; marks of direction have no place in a picture. */
function short(words: string): string {
  const plain = words.replaceAll(/\p{C}/gu, '');
  return plain.length > MAX_LETTERS ? `${plain.slice(0, MAX_LETTERS - 1)}…` : plain;
}

function curve(left: PlacedNode, right: PlacedNode): string {
  const [x1, y1] = [xOf(left) + WIDTH, yOf(left) + HEIGHT / 2];
  const [x2, y2] = [xOf(right), yOf(right) + HEIGHT / 2];
  const bend = Math.max((x2 - x1) / 2, GAP_X / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
