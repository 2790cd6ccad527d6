import { realpathSync } from 'node:fs';
import { basename, dirname, resolve, sep } from 'node:path';
import { visible } from '../../scan/visible-text.ts';
import { UsageError } from '../usage-error.ts';

/** A report within the model would be a file that nobody signed. @throws UsageError. */
export function checkOutside(path: string, file: string): void {
  if (!isInside(path, file)) return;
  throw UsageError.of(`${visible(file)} would become a part of the model; write it elsewhere`);
}

/** Where the name lies, not what a link of that name leads to. */
export function isInside(path: string, file: string): boolean {
  const place = `${realPath(dirname(file))}${sep}${basename(file)}`;
  return place.startsWith(`${realPath(path)}${sep}`);
}

/** What does not exist is found out when it is written to. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
