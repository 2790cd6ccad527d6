import { OutputFile } from '../../node/output-file.ts';
import { writeStream } from '../../node/write-file.ts';
import { visible } from '../../scan/visible-text.ts';
import { defaultDataFolder } from '../../server/config/data-folder.ts';
import { exportFolder } from '../../store/ledger/export-folder.ts';
import type { LedgerExportArguments } from './ledger-arguments.ts';

/** `vouchsafe ledger export`. @throws CodedError; an existing file stays as it was then. */
export async function runExport(file: string, options: LedgerExportArguments): Promise<void> {
  const folder = options.data ?? defaultDataFolder(process.env, process.platform);
  const { origin, size, content } = await exportFolder(folder);
  const output = OutputFile.create(file, { exclusive: options.force !== true, mode: 0o600 });
  try {
    for await (const part of content) output.append(part);
    output.commit();
  } finally {
    output.discard();
  }
  await writeStream(process.stdout, [`exported ${size} entries of ${visible(origin)} to ${visible(file)}\n`]);
}
