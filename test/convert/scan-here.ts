import { sha256Source } from '../../src/node/digest.ts';
import { openFile } from '../../src/node/file-source.ts';
import type { Judged, ScanInputsOptions } from '../../src/node/convert/scan-inputs.ts';
import { scanSource } from '../../src/scan/scan-source.ts';

/** Scans as `scanInputs` does, but in this thread: starting one takes most of a test's time. */
export function scanHere(
  files: readonly { readonly place: string; readonly path: string }[],
  { hash }: ScanInputsOptions,
): Promise<readonly Judged[]> {
  return Promise.resolve(
    files.map(({ place, path }) => {
      const source = openFile(place);
      try {
        const { verdict, format, findings } = scanSource(source, path);
        const reason = verdict === 'clean' ? '' : (findings[0]?.title ?? verdict);
        return { verdict, format, sha256: hash ? sha256Source(source) : null, reason };
      } finally {
        source.close();
      }
    }),
  );
}
