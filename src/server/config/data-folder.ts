import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../node/make-folder.ts';
import { reasonOf } from '../../node/reason.ts';
import { StartError } from './errors.ts';

const OWNER_ONLY = 0o700;
const OTHERS = 0o077;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a server keeps its data when nobody says otherwise: as the XDG Base Directory Specification has it, or the platform. */
export function defaultDataFolder(environment: Environment, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'vouchsafe');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'vouchsafe');
  const base = environment['XDG_DATA_HOME'];
  return join(base?.startsWith('/') === true ? base : join(homedir(), '.local', 'share'), 'vouchsafe');
}

/**
 * Makes the data folder for its owner alone, or checks that it is: keys and records are in it.
 * @throws StartError `data-unusable`, `data-exposed`
 */
export function openDataFolder(folder: string): void {
  const found = look(folder);
  if (found === undefined) {
    make(folder);
    return;
  }
  if (!found.isDirectory()) throw StartError.of('data-unusable', `${folder} is no folder`);
  const isForeign = process.getuid !== undefined && found.uid !== process.getuid();
  if (isForeign) throw StartError.of('data-unusable', `${folder} belongs to somebody else`);
  if (process.platform !== 'win32' && (found.mode & OTHERS) !== 0) throw StartError.of('data-exposed', folder);
}

function look(folder: string) {
  try {
    return statSync(folder, { throwIfNoEntry: false });
  } catch (error) {
    throw StartError.of('data-unusable', `${folder}: ${reasonOf(error)}`, error);
  }
}

function make(folder: string): void {
  try {
    makeFolder(join(folder, '..'));
    mkdirSync(folder, { mode: OWNER_ONLY });
    // The mask of the shell may have taken rights of the owner too.
    chmodSync(folder, OWNER_ONLY);
  } catch (error) {
    throw StartError.of('data-unusable', `${folder}: ${reasonOf(error)}`, error);
  }
}
