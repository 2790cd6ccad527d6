import { join } from 'node:path';
import { KEYS_FOLDER } from '../../store/ledger/ledger-keys.ts';
import type { ServerConfig } from '../config/schema.ts';

/** Where keys are: in the data folder, unless the configuration says otherwise. */
export function keysFolderOf({ keys }: Pick<ServerConfig, 'keys'>, dataFolder: string): string {
  return keys ?? join(dataFolder, KEYS_FOLDER);
}
