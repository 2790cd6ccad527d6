import { fileURLToPath } from 'node:url';

/** The folder of the built console. Two levels below the package, this file finds it from its source, its build and the bundle alike. */
export function builtConsole(): string {
  return fileURLToPath(new URL('../../dist/console/', import.meta.url));
}
