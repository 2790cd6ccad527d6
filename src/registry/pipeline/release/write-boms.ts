import { cyclonedxOf } from '../../../bom/cyclonedx/emit.ts';
import { BomError } from '../../../bom/errors.ts';
import type { ModelFacts } from '../../../bom/facts.ts';
import { spdxOf } from '../../../bom/spdx/emit.ts';
import { schemaProblems } from '../../../bom/validate.ts';
import { rules } from '../../../rules/index.ts';
import { jsonText } from '../../../scan/json-safe.ts';
import { ruleIndex } from '../../../scan/reporters/wording.ts';
import { evidenceNames } from '../../../sign/manifest.ts';
import { putEvidence } from '../../contents/put-evidence.ts';
import type { ThreadMeans } from '../task.ts';
import { manifestOf, type ReleasedFile, rootOf } from './manifest-of.ts';

const SPEC_VERSION = '1.6';

interface About {
  readonly versionId: string;
  readonly name: string;
  readonly files: readonly ReleasedFile[];
  /** Of these files. */
  readonly facts: ModelFacts;
}

/** Makes and keeps the bills of materials of the files that are given out. @throws BomError `schema-violation` for a defect of this program. */
export async function writeBoms(means: ThreadMeans, { versionId, name, files, facts }: About): Promise<void> {
  const manifest = manifestOf(name, files);
  const signed = new Set(manifest.resources.map((one) => one.name));
  const about: ModelFacts = {
    ...facts,
    root: rootOf(manifest),
    files: facts.files.map((file) => ({ ...file, isCovered: signed.has(file.path) })),
  };
  const options = { timestamp: new Date(), rules: ruleIndex(rules) };
  const cyclonedx = cyclonedxOf(about, { ...options, specVersion: SPEC_VERSION });
  await put(means, { versionId, kind: 'bom-cyclonedx', document: cyclonedx, schema: `CycloneDX ${SPEC_VERSION}` });
  await put(means, { versionId, kind: 'bom-spdx', document: spdxOf(about, options), schema: 'SPDX 3.0.1' });
}

interface Document {
  readonly versionId: string;
  readonly kind: 'bom-cyclonedx' | 'bom-spdx';
  readonly document: object;
  readonly schema: Parameters<typeof schemaProblems>[1];
}

async function put(means: ThreadMeans, { versionId, kind, document, schema }: Document): Promise<void> {
  const content = `${jsonText(document, 2)}\n`;
  const problems = await schemaProblems(JSON.parse(content), schema);
  if (problems.length > 0) throw BomError.of('schema-violation', { file: 'the document', schema, problems });
  const name = kind === 'bom-cyclonedx' ? evidenceNames.cyclonedx : evidenceNames.spdx;
  await putEvidence(means, { versionId, kind, name, content });
}
