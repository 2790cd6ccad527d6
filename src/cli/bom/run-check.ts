import { compareBom, type Difference } from '../../bom/compare.ts';
import { parseBom } from '../../bom/parse-bom.ts';
import { readBom, type ListedModel } from '../../bom/read-bom.ts';
import { schemaProblems } from '../../bom/validate.ts';
import { defaultLimits } from '../../bytes/limits.ts';
import { readBytes } from '../../bytes/source.ts';
import { FileSource } from '../../node/file-source.ts';
import { rawPath } from '../../node/raw-path.ts';
import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { count } from '../../scan/reporters/wording.ts';
import { visible, visibleShort } from '../../scan/visible-text.ts';
import type { BomArguments } from './bom-arguments.ts';
import { factsOf } from './load-facts.ts';

const MAX_LINES = 200;

/** `vouchsafe bom --check FILE [PATH]`: 0 when the document is valid and nothing differs, else 1. */
export async function runCheck(file: string, path: string | undefined, options: BomArguments): Promise<number> {
  const document = readDocument(file);
  const listed = readBom(document, file);
  const problems = await schemaProblems(document, listed.schema);
  const differences = path === undefined ? [] : compareBom(listed, await factsOf(path, options));
  const isGood = problems.length + differences.length === 0;
  const result = {
    file,
    schema: listed.schema,
    valid: problems.length === 0,
    problems,
    ...(path === undefined ? {} : { path, files: listed.files.length, measures: claimCount(listed), differences }),
  };
  const text = options.json === true ? `${jsonText(result, 2)}\n` : checkText(result, differences, path);
  await writeStream(process.stdout, [text]);
  return isGood ? 0 : 1;
}

/** @throws ReadError, LimitError, BomError `not-a-bom`. */
function readDocument(file: string): unknown {
  const source = FileSource.open(rawPath(file), defaultLimits.maxDocumentBytes);
  try {
    return parseBom(readBytes(source, 0, source.size), file);
  } finally {
    source.close();
  }
}

interface CheckResult {
  readonly file: string;
  readonly schema: string;
  readonly problems: readonly string[];
  readonly files?: number;
  readonly measures?: number;
}

function claimCount({ claims, files }: ListedModel): number {
  return files.reduce((sum, one) => sum + one.claims.length, claims.length);
}

function checkText(result: CheckResult, differences: readonly Difference[], path: string | undefined): string {
  const { file, schema, problems, files = 0, measures = 0 } = result;
  const head =
    problems.length === 0
      ? `${visible(file)} is valid ${schema}`
      : `${visible(file)} is not valid ${schema}:\n${problems.map((one) => `  ${visible(one)}`).join('\n')}`;
  if (path === undefined) return `${head}\n`;
  if (differences.length === 0) {
    const stated = measures === 0 ? '' : `, ${count(measures, 'size, count or verdict', 'sizes, counts and verdicts')}`;
    return `${head}\n${visible(path)} is what it says: ${count(files, 'file')}, root digest${stated}\n`;
  }
  const lines = differences.slice(0, MAX_LINES).map((one) => `  ${differenceText(one)}`);
  const more = differences.length > MAX_LINES ? [`  and ${differences.length - MAX_LINES} more`] : [];
  return `${head}\n${visible(path)} differs from it in ${count(differences.length, 'thing')}:\n${[...lines, ...more].join('\n')}\n`;
}

function differenceText({ code, path, listed, measured }: Difference): string {
  const values = [listed, measured].map((one) => visibleShort(one, 80));
  const where = path === '' ? '' : ` ${visible(path)}`;
  const [said, now] = values;
  return `${code}${where}${said === '' ? '' : `: listed ${said}`}${now === '' ? '' : `${said === '' ? ':' : ','} found ${now}`}`;
}
