import { timeText } from '../../contract/time-text.ts';
import type { Registry } from '../registry.ts';
import { folderId, hexOf, pointerOf } from './git-ids.ts';
import type { ReleasedRow } from './find-revision.ts';

type Verdict = ReleasedRow['verdict'];

/** A file that is given out. */
export interface ReleasedFile {
  readonly path: string;
  readonly bytes: number;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly verdict: Verdict;
}

/** No version has more files; what a damaged record says otherwise is not listed. */
const MAX_FILES = 10_000;

/** All files of a released version, in the order of their paths. */
export async function releasedFiles(
  { store }: Pick<Registry, 'store'>,
  version: ReleasedRow,
): Promise<readonly ReleasedFile[]> {
  const rows = await releasedRows(store, version).limit(MAX_FILES).execute();
  return rows.flatMap(whole).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** One file of a released version; undefined where it has none of that path. */
export async function releasedFile(
  { store }: Pick<Registry, 'store'>,
  version: ReleasedRow,
  path: string,
): Promise<ReleasedFile | undefined> {
  const rows = await releasedRows(store, version).where('path', '=', path).execute();
  return rows.flatMap(whole)[0];
}

function releasedRows({ read }: Registry['store'], { id }: ReleasedRow) {
  return read
    .selectFrom('registry_files')
    .select(['path', 'bytes', 'digest', 'verdict'])
    .where('version_id', '=', id)
    .where('side', '=', 'release');
}

const whole = ({
  digest,
  ...row
}: Omit<ReleasedFile, 'digest'> & { readonly digest: string | null }): ReleasedFile[] =>
  digest === null ? [] : [{ ...row, digest }];

/** An entry of a listing, as the hub has it. */
interface FileEntry {
  readonly type: 'file' | 'directory';
  readonly oid: string;
  readonly size: number;
  readonly path: string;
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number };
  readonly lastCommit?: { readonly id: string; readonly title: string; readonly date: string };
  readonly securityFileStatus?: { readonly status: string; readonly avScan: null; readonly pickleImportScan: null };
}

export interface EntryOptions {
  readonly version: ReleasedRow;
  /** With the commit and the verdict of each. */
  readonly isExpanded: boolean;
}

export function fileEntry({ path, bytes, digest, verdict }: ReleasedFile, options: EntryOptions): FileEntry {
  const { oid, bytes: pointerSize } = pointerOf(digest, bytes);
  return {
    type: 'file',
    oid,
    size: bytes,
    path,
    lfs: { oid: hexOf(digest), size: bytes, pointerSize },
    ...(options.isExpanded
      ? {
          lastCommit: commitOf(options.version),
          securityFileStatus: { status: statusOf(verdict), avScan: null, pickleImportScan: null },
        }
      : {}),
  };
}

export function folderEntry(path: string, options: EntryOptions): FileEntry {
  return {
    type: 'directory',
    oid: folderId(options.version.revision, path),
    size: 0,
    path,
    ...(options.isExpanded ? { lastCommit: commitOf(options.version) } : {}),
  };
}

const commitOf = (version: ReleasedRow) => ({
  id: version.revision,
  title: titleOf(version),
  date: releasedAt(version),
});

/** The first line of what its publisher says of it. */
export function titleOf({ message, number }: Pick<ReleasedRow, 'message' | 'number'>): string {
  const [first = ''] = message.split('\n');
  return first.trim() === '' ? `version ${number}` : first.trim();
}

export const releasedAt = ({ released_at: at, created_at: madeAt }: ReleasedRow): string => timeText(at ?? madeAt);

const statuses: Readonly<Record<NonNullable<Verdict>, string>> = {
  clean: 'safe',
  inconclusive: 'caution',
  suspicious: 'suspicious',
  malicious: 'unsafe',
};

/** A verdict in the words of the hub. */
export const statusOf = (verdict: Verdict): string => (verdict === null ? 'unscanned' : statuses[verdict]);
