import { findNameFault } from '../../contract/types/portable-names.ts';
import { RegistryError } from '../errors.ts';

/**
 * Checks names of the files of a version: each can be made on every usual system, beside all others.
 * @throws RegistryError `path-refused`, `path-ambiguous`
 */
export function checkFileNames(paths: readonly string[]): void {
  const fault = findNameFault(paths);
  if (fault !== undefined) throw RegistryError.of(`path-${fault.kind}`, fault.message);
}
