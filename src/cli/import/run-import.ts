import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { visible } from '../../scan/visible-text.ts';
import { Progress } from '../render/progress.ts';
import { choosePlace } from '../registry/choose-place.ts';
import { connect, type Connection } from '../registry/connect.ts';
import { followVersion, type Version } from '../registry/follow-version.ts';
import { retrying } from '../registry/retrying.ts';
import { retryingShown, stepProgress } from '../registry/show-work.ts';
import { versionLines } from '../registry/version-text.ts';
import { parseHubReference } from './hub-reference.ts';
import type { ImportArguments } from './import-arguments.ts';

/** `vouchsafe import`: returns the exit code. @throws CodedError when it cannot run at all, or the server or the hub refuses. */
export async function runImport(reference: string, options: ImportArguments): Promise<number> {
  const from = parseHubReference(reference);
  const connection = connect(options);
  const progress = new Progress(options.progress);
  try {
    const version = await importModel(connection, { ...from, ...options }, progress);
    progress.end();
    const text = options.format === 'json' ? jsonText({ version }, 2) : textOf(version);
    await writeStream(process.stdout, [`${text}\n`]);
    return options.wait === true && version.state !== 'released' ? 1 : 0;
  } finally {
    progress.end();
  }
}

type Wanted = ReturnType<typeof parseHubReference> & Pick<ImportArguments, 'to' | 'project' | 'wait'>;

async function importModel({ client }: Connection, wanted: Wanted, progress: Progress): Promise<Version> {
  const { repository, revision, to: name = repository, project, wait } = wanted;
  const how = retryingShown(progress);
  const { signal } = how;
  const { projectId } = await choosePlace(client, { name, project }, how);
  const body = { repository, revision, projectId, name };
  // Whoever asks again for a commit that is being fetched is given the same version.
  const version = await retrying(how, () => client.versions.import({ body }, { signal }));
  return wait === true ? followVersion(client, version.id, { ...how, onStep: stepProgress(progress) }) : version;
}

function textOf(version: Version): string {
  const { source } = version;
  const from = source.kind === 'hub' ? [`${source.repository} at ${source.revision}, from ${source.endpoint}`] : [];
  return [...from, ...versionLines(version)].map(visible).join('\n');
}
