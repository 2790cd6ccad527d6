import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file written front to back that counts its bytes, and gets its name only when it is complete. */
export class OutputFile {
  readonly #path: string;
  readonly #descriptor: number;
  size = 0;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#path = path;
    this.#descriptor = openSync(`${path}.part`, 'w');
  }

  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done);
    this.size += bytes.length;
  }

  close(): void {
    closeSync(this.#descriptor);
    renameSync(`${this.#path}.part`, this.#path);
  }
}
