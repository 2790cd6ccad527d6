/** Scans a path with the library alone: what the bench measures until the command is built. Prints one line per verdict. */
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { scanSource, type Source } from '../src/index.ts';

class FileSource implements Source {
  readonly #descriptor: number;
  readonly size: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.size = fstatSync(descriptor).size;
  }

  read(offset: number, into: Uint8Array): number {
    return readSync(this.#descriptor, into, 0, into.length, offset);
  }
}

function filesIn(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function verdictOf(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    return scanSource(new FileSource(descriptor), path).verdict;
  } finally {
    closeSync(descriptor);
  }
}

const verdicts = process.argv.slice(2).flatMap(filesIn).map(verdictOf);
for (const [verdict, all] of Map.groupBy(verdicts, (each) => each)) console.log(`${verdict}: ${all.length}`);
