import { readFileSync } from 'node:fs';
import { ledgerLimits } from '../../ledger/limits.ts';
import { OutputFile } from '../../node/output-file.ts';
import { reasonOf } from '../../node/reason.ts';
import { StoreError } from '../errors.ts';

const OWNER_ONLY = 0o600;

/**
 * The last checkpoint that this process signed, in a file beside the records. Whoever puts an older copy of the
 * records in their place does not change it: the ledger would be shorter than what is remembered.
 */
export class RememberedCheckpoint {
  readonly #file: string;
  #size = -1;

  constructor(file: string) {
    this.#file = file;
  }

  /** The signed note, or null when nothing was signed yet. @throws StoreError `folder-unusable`. */
  read(): string | null {
    try {
      const note = readFileSync(this.#file, 'utf8');
      if (note.length > ledgerLimits.maxNoteBytes) throw new Error('too large for a checkpoint');
      return note;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw StoreError.of('folder-unusable', `${this.#file}: ${reasonOf(error)}`, error);
    }
  }

  /** The old one or the new one is there, whatever happens meanwhile. */
  write({ size, note }: { readonly size: number; readonly note: string }): void {
    if (size === this.#size) return;
    const output = OutputFile.create(this.#file, { mode: OWNER_ONLY });
    try {
      output.append(Buffer.from(note));
      output.commit();
    } finally {
      output.discard();
    }
    this.#size = size;
  }
}
