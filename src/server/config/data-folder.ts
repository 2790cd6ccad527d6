import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a server keeps its data when nobody says otherwise: as the XDG Base Directory Specification has it, or the platform. */
export function defaultDataFolder(environment: Environment, platform: NodeJS.Platform): string {
  if (platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'vouchsafe');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'vouchsafe');
  const base = environment['XDG_DATA_HOME'] ?? '';
  return join(isAbsolute(base) ? base : join(homedir(), '.local', 'share'), 'vouchsafe');
}
