import { verifyConversion } from '../../node/convert/verify.ts';
import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { count, formatBytes } from '../../scan/reporters/wording.ts';
import { visible, visibleShort } from '../../scan/visible-text.ts';
import { byteProgressLine, type Progress } from '../render/progress.ts';
import type { ConvertArguments } from './convert-arguments.ts';

const MAX_ROWS = 100;
const MAX_TEXT = 300;

/** `vouchsafe convert --verify`: 0 when the outputs are what the sources make, else 1. */
export async function runVerify(
  record: string,
  inputs: readonly string[],
  options: Pick<ConvertArguments, 'format' | 'quiet' | 'followLinks'> & { readonly progress: Progress },
): Promise<number> {
  const { format, quiet, followLinks, progress } = options;
  const result = verifyConversion(record, inputs, {
    followLinks,
    onProgress: (doneBytes, totalBytes) =>
      progress.show((elapsed) => byteProgressLine({ action: 'comparing', doneBytes, totalBytes }, elapsed)),
  });
  progress.end();
  const { differences, tensors, bytes } = result;
  const lines = differences
    .slice(0, MAX_ROWS)
    .map(
      ({ code, path, tensor, detail }) =>
        `${code}  ${visible(path)}${tensor === null ? '' : ` ${visibleShort(tensor, MAX_TEXT)}`}: ${visibleShort(detail, MAX_TEXT)}\n`,
    );
  const left = differences.length - lines.length;
  if (left > 0) lines.push(`and ${left} more; --format json has all\n`);
  const sum = `${count(tensors, 'tensor')}, ${formatBytes(bytes)} compared: ${
    differences.length === 0 ? 'the outputs hold what the sources make' : count(differences.length, 'difference')
  }\n`;
  if (format === 'json') await writeStream(process.stdout, [`${jsonText(result, 2)}\n`]);
  else if (quiet !== true || differences.length > 0) await writeStream(process.stdout, [...lines, sum]);
  return differences.length === 0 ? 0 : 1;
}
