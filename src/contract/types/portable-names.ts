/** What `vouchsafe pull` keeps in the folder it writes to, and removes in the end: nothing of a version may be in it. */
export const PARTIAL_FOLDER = '.vouchsafe-partial';

/** A name of more is made by no usual file system. */
const MAX_PART_BYTES = 255;
/** macOS takes 1,023 bytes for a whole path: this leaves some for the folder that a version is pulled into. */
export const MAX_PATH_BYTES = 768;
const MAX_SHOWN_CHARACTERS = 200;

/** Windows keeps these for devices, in whatever case and with whatever ending. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(?:\.|$)/i;

/** Sorts before everything that a name may have, so that what lies in a folder follows it at once. */
const SEPARATOR = '\u0000';

/** Names that cannot be told apart, or cannot be made, on one of the usual systems. */
export interface NameFault {
  /** `refused`: one name is no good; `ambiguous`: two of them are one to some file systems. */
  readonly kind: 'refused' | 'ambiguous';
  /** Which name or names, and what to do: for people. */
  readonly message: string;
}

/**
 * The one rule for names of the files of a version: each can be made on Linux, Windows and macOS, beside all others, and means the same there.
 * @returns the first thing that is wrong; undefined where nothing is
 */
export function findNameFault(paths: readonly string[]): NameFault | undefined {
  for (const path of paths) {
    const reason = pathFault(path);
    if (reason !== undefined) return { kind: 'refused', message: `${shown(path)} ${reason}` };
  }
  return findClash(paths);
}

/** Why a path is not portable, to be read after it; undefined where it is. */
export function pathFault(path: string): string | undefined {
  if (bytesOf(path) > MAX_PATH_BYTES) return `has more than ${MAX_PATH_BYTES} bytes; shorten it`;
  const parts = path.split('/');
  if (folded(parts[0] ?? '') === PARTIAL_FOLDER) {
    return `is in ${PARTIAL_FOLDER}, where an interrupted pull keeps what has arrived; leave it out`;
  }
  for (const part of parts) {
    const reason = partFault(part);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function partFault(part: string): string | undefined {
  if (part === '' || part === '.' || part === '..') return 'is not relative, with one / between its parts; change it';
  if (/\p{C}/u.test(part)) return 'has a character that is not shown; rename it';
  if (/[<>:"|?*\\]/.test(part)) return 'has one of < > : " | ? * \\, which Windows has other uses for; rename it';
  if (/[. ]$/.test(part)) return 'has a part that ends with a dot or a space, which Windows leaves out; rename it';
  if (DEVICE.test(part)) return 'has a name that Windows keeps for a device; rename it';
  if (bytesOf(part) > MAX_PART_BYTES) return `has a part of more than ${MAX_PART_BYTES} bytes; shorten it`;
  return undefined;
}

/** What is one file, or one folder, to some file systems is next to each other when sorted by what they see. */
function findClash(paths: readonly string[]): NameFault | undefined {
  const sorted = paths
    .map((path) => ({ path, key: path.split('/').map(folded).join(SEPARATOR) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  for (const [index, one] of sorted.entries()) {
    const next = sorted[index + 1];
    const message = next === undefined ? undefined : clashOf(one, next);
    if (message !== undefined) return { kind: 'ambiguous', message };
  }
  return undefined;
}

interface Keyed {
  readonly path: string;
  readonly key: string;
}

function clashOf(one: Keyed, other: Keyed): string | undefined {
  const both = `${shown(one.path)} and ${shown(other.path)}`;
  if (one.path === other.path) return `${shown(one.path)} is there twice; leave one out`;
  if (one.key === other.key) return `${both} are one file where case or composition do not count; rename one`;
  if (other.key.startsWith(one.key + SEPARATOR)) {
    return `${shown(one.path)} is a file, and the folder of ${shown(other.path)}; rename one`;
  }
  return hasFolderTwice(one, other)
    ? `${both} are in one folder where case or composition do not count, and in two elsewhere; rename one`
    : undefined;
}

/** Whether two files share folders by what some file systems see, but not by how they are spelled. */
function hasFolderTwice(one: Keyed, other: Keyed): boolean {
  const [folders, others] = [one, other].map(({ path }) => path.split('/').slice(0, -1)) as [string[], string[]];
  for (const [depth, name] of folders.entries()) {
    const twin = others[depth];
    if (twin === name) continue;
    return twin !== undefined && folded(twin) === folded(name);
  }
  return false;
}

/**
 * The same for names that a file system which ignores case, or how a letter is composed, takes for one. Down, up and down again: some letters
 * have a partner in one direction only.
 */
function folded(part: string): string {
  return part.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().normalize('NFC');
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
const shown = (path: string): string => JSON.stringify(path.slice(0, MAX_SHOWN_CHARACTERS));
