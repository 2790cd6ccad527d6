import { basename } from 'node:path';
import { jsonText } from '../../scan/json-safe.ts';
import { visible } from '../../scan/visible-text.ts';
import type { AttestedDocument } from '../../sign/attestation.ts';
import { signLimits } from '../../sign/limits.ts';
import {
  bomPredicate,
  conversionPredicate,
  customPredicate,
  scanPredicate,
  validationPredicate,
  type AttestedModel,
  type Predicate,
} from '../../sign/predicates.ts';
import { attestModel } from '../../node/sign/attest-model.ts';
import { ignorePathOf } from '../../node/sign/build-manifest.ts';
import { readSmallFile } from '../../node/sign/read-small-file.ts';
import { writeStream } from '../../node/write-file.ts';
import { UsageError } from '../usage-error.ts';
import { withProgress } from './hashing-progress.ts';
import { loadSigner } from './load-signer.ts';
import type { AttestArguments } from './sign-arguments.ts';

/** `vouchsafe attest`. @throws CodedError when nothing was attested. */
export async function runAttest(path: string, options: AttestArguments): Promise<void> {
  const makers = predicateMakers(options);
  if (makers.length === 0)
    throw UsageError.of('say what to attest: --scan, --conversion, --bom, --validation, --predicate');
  const signer = await loadSigner(options);
  const { signature, output, jobs } = options;
  const ignorePaths = options.ignorePaths.map((one) => ignorePathOf(path, one));
  const result = await withProgress(options.progress, (onProgress) =>
    attestModel(path, {
      signer,
      signature,
      output,
      ignorePaths,
      jobs,
      onProgress,
      predicates: (model) => makers.map((make) => make(model)),
    }),
  );
  if (options.format === 'json') return writeStream(process.stdout, [`${jsonText(result, 2)}\n`]);
  const lines = [
    ...result.predicateTypes.map((type) => `attested ${visible(type)} with ${visible(result.signer)}`),
    `root digest ${result.rootDigest}`,
    `appended to ${visible(result.output)}`,
  ];
  return writeStream(process.stdout, [`${lines.join('\n')}\n`]);
}

type Maker = (model: AttestedModel) => Predicate;

/** Documents are read before the model is hashed: a mistyped name should not cost that time. */
function predicateMakers(options: AttestArguments): Maker[] {
  const { predicate, predicateType } = options;
  if ((predicate === undefined) !== (predicateType === undefined)) {
    throw UsageError.of('--predicate-type and --predicate go together');
  }
  const makers: Maker[] = [];
  const add = (
    file: string | undefined,
    make: (document: AttestedDocument, model: AttestedModel) => Predicate,
  ): void => {
    if (file === undefined) return;
    const document = { name: basename(file), bytes: readSmallFile(file, signLimits.maxPredicateBytes) };
    makers.push((model) => make(document, model));
  };
  add(options.scan, scanPredicate);
  add(options.conversion, conversionPredicate);
  add(options.bom, bomPredicate);
  add(options.validation, validationPredicate);
  add(predicate, (document) => customPredicate(predicateType ?? '', document));
  return makers;
}
