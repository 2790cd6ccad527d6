import type { JobContext } from '../../store/jobs/job.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import type { VersionRow } from '../versions/move-version.ts';
import type { HubFile } from './hub-client.ts';

/** What the version says of itself is written at most so often. */
const STEP_MS = 2000;
const MEBIBYTE = 1024 * 1024;

interface Reported {
  readonly version: VersionRow;
  readonly context: JobContext;
  readonly missing: readonly HubFile[];
}

interface ImportProgress {
  /** The pieces of a file, counted. Ends with an error when the version is not to be fetched any more. */
  counted(pieces: AsyncIterable<Uint8Array>, file: HubFile): AsyncGenerator<Uint8Array>;
}

/** Tells the job and whoever looks at the version how far an import is. */
export function reportProgress(registry: Registry, { version, context, missing }: Reported): ImportProgress {
  const total = version.byte_count;
  let files = version.file_count - missing.length;
  let bytes = total - missing.reduce((sum, file) => sum + file.bytes, 0);
  let writtenAt = Number.NEGATIVE_INFINITY;
  const report = async (): Promise<void> => {
    await context.progress(total === 0 ? 0 : bytes / total);
    if (registry.clock() - writtenAt < STEP_MS) return;
    writtenAt = registry.clock();
    const size = `${Math.round(bytes / MEBIBYTE)} of ${Math.round(total / MEBIBYTE)} MiB`;
    await writeStep(registry, version, `fetched ${files} of ${version.file_count} files, ${size}`);
  };
  return {
    async *counted(pieces) {
      for await (const piece of pieces) {
        bytes += piece.length;
        yield piece;
        await report();
      }
      files += 1;
    },
  };
}

async function writeStep({ store, bus }: Registry, version: VersionRow, step: string): Promise<void> {
  await store.change(async (change) => {
    const { numUpdatedRows } = await change.sql
      .updateTable('registry_versions')
      .set({ step })
      .where('id', '=', version.id)
      .where('state', '=', 'uploading')
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw RegistryError.of('version-state', 'somebody gave it up');
    change.afterCommit(() => bus.publish('models', version.model_id));
  });
}
