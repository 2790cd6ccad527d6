import { lstatSync, statSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import { BomError } from '../../bom/errors.ts';
import type { ModelFacts } from '../../bom/facts.ts';
import { evidencePaths } from '../../bom/root-digest.ts';
import { checkWritable, isSameFile, writeAtomically, writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { ruleIndex } from '../../scan/reporters/wording.ts';
import { realPath } from '../report/check-outside.ts';
import { UsageError } from '../usage-error.ts';
import type { BomArguments, BomFormat } from './bom-arguments.ts';
import { factsOf } from './load-facts.ts';
import { runCheck } from './run-check.ts';
import { summaryText, originsTable } from './wording.ts';

/** `vouchsafe bom`: returns the exit code. @throws CodedError when it cannot run at all. */
export async function runBom(path: string | undefined, options: BomArguments): Promise<number> {
  if (options.check !== undefined) return runCheck(options.check, path, options);
  if (path === undefined) throw UsageError.of('name a model file or folder');
  return write(path, options);
}

async function write(path: string, options: BomArguments): Promise<number> {
  const { output } = options;
  if (output !== undefined) {
    checkPlace(path, output);
    checkWritable(output);
  }
  const facts = await factsOf(path, options);
  if (options.explain === true && output === undefined) {
    await writeStream(process.stdout, [originsTable(facts, options.json === true)]);
    return 0;
  }
  const text = await documentText(facts, options);
  if (output === undefined) {
    await writeStream(process.stdout, [text]);
    return 0;
  }
  writeAtomically(output, [text]);
  const parts = [summaryText(facts, output), ...(options.explain === true ? [originsTable(facts, false)] : [])];
  await writeStream(process.stdout, options.json === true ? [originsTable(facts, true)] : parts);
  return 0;
}

/** @throws BomError `schema-violation` when what was made is not valid, which would be a defect of this program. */
async function documentText(facts: ModelFacts, options: BomArguments): Promise<string> {
  const rules = facts.findings.length === 0 ? [] : (await import('../../rules/index.ts')).rules;
  const context = { rules: ruleIndex(rules), timestamp: timestampOf(process.env['SOURCE_DATE_EPOCH']) };
  const { schemaProblems } = await import('../../bom/validate.ts');
  const format = options.format ?? formatOf(options.output);
  const isSpdx = format === 'spdx';
  const document = isSpdx
    ? (await import('../../bom/spdx/emit.ts')).spdxOf(facts, context)
    : (await import('../../bom/cyclonedx/emit.ts')).cyclonedxOf(facts, {
        ...context,
        specVersion: options.specVersion,
      });
  const text = `${jsonText(document, 2)}\n`;
  const schema = isSpdx ? 'SPDX 3.0.1' : (`CycloneDX ${options.specVersion}` as const);
  const problems = await schemaProblems(JSON.parse(text), schema);
  if (problems.length > 0) throw BomError.of('schema-violation', { file: 'the document', schema, problems });
  return text;
}

function formatOf(output: string | undefined): BomFormat {
  return output?.endsWith('.spdx.json') === true ? 'spdx' : 'cyclonedx';
}

/** @throws UsageError when the variable is set to no number of seconds. */
function timestampOf(epoch: string | undefined): Date {
  if (epoch === undefined || epoch === '') return new Date();
  const seconds = Number(epoch);
  if (!/^\d{1,12}$/.test(epoch) || Number.isNaN(new Date(seconds * 1000).getTime())) {
    throw UsageError.of(`SOURCE_DATE_EPOCH is ${epoch}, expected seconds since 1970`);
  }
  return new Date(seconds * 1000);
}

/** Within the model only the names that its root digest leaves out. @throws BomError `output-inside`, `output-no-file`. */
function checkPlace(path: string, output: string): void {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const { cyclonedx, spdx, ...others } = evidencePaths(basename(path), isFolder);
  const refuse = (): BomError => BomError.of('output-inside', { file: output, allowed: `${cyclonedx}, ${spdx}` });
  const place = `${realPath(dirname(output))}${sep}${basename(output)}`;
  if (!isFolder) {
    const beside = Object.values(others).map((name) => `${realPath(dirname(path))}${sep}${name}`);
    if (isSameFile(output, path) || beside.includes(place)) throw refuse();
    return;
  }
  const folder = realPath(path);
  if (!place.startsWith(`${folder}${sep}`)) return;
  if (![cyclonedx, spdx].some((name) => place === `${folder}${sep}${name}`)) throw refuse();
  // Who made the folder decides where a link in it leads, and a pipe in it would never take the document.
  const there = lstatSync(output, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile()) throw BomError.of('output-no-file', { file: output });
}
