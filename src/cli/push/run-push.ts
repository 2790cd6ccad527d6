import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { formatBytes, grouped } from '../../scan/reporters/wording.ts';
import { visible } from '../../scan/visible-text.ts';
import { byteProgressLine, Progress } from '../render/progress.ts';
import { connect, type Connection } from '../registry/connect.ts';
import { followVersion, type Version } from '../registry/follow-version.ts';
import { retrying } from '../registry/retrying.ts';
import { retryingShown, stepProgress } from '../registry/show-work.ts';
import { versionLines } from '../registry/version-text.ts';
import { chooseModel } from './choose-model.ts';
import { listLocalFiles } from './list-files.ts';
import { openUpload } from './open-upload.ts';
import type { PushArguments } from './push-arguments.ts';
import { partsToSend, type Sending, sendParts } from './send-parts.ts';

interface Pushed {
  readonly version: Version;
  readonly files: number;
  readonly sentBytes: number;
  readonly isResumed: boolean;
}

/** `vouchsafe push`: returns the exit code. @throws CodedError when it cannot run at all, or the server refuses. */
export async function runPush(path: string, name: string, options: PushArguments): Promise<number> {
  const connection = connect(options);
  const progress = new Progress(options.progress);
  try {
    const pushed = await push(connection, { path, name, options, progress });
    progress.end();
    const lines = options.format === 'json' ? jsonText(pushed, 2) : textOf(pushed);
    await writeStream(process.stdout, [`${lines}\n`]);
    return options.wait === true && pushed.version.state !== 'released' ? 1 : 0;
  } finally {
    progress.end();
  }
}

interface Push {
  readonly path: string;
  readonly name: string;
  readonly options: PushArguments;
  readonly progress: Progress;
}

async function push({ client }: Connection, { path, name, options, progress }: Push): Promise<Pushed> {
  const how = retryingShown(progress);
  const model = await chooseModel(client, { name, project: options.project }, how);
  const files = await listLocalFiles(path, {
    ignored: options.ignorePaths,
    onProgress: (state) => progress.show((ms) => byteProgressLine({ action: 'hashing', ...state }, ms)),
  });
  const upload = await openUpload(client, { modelId: model.id, files, message: options.message ?? '' }, how);
  const sending = partsToSend(upload, files);
  await sendParts(client, sending, { ...how, parallel: options.parallel, onBytes: sendingProgress(sending, progress) });
  const { versionId } = sending;
  // Again where the answer is lost: that changes nothing.
  const submitted = await retrying(how, () =>
    client.versions.submit({ params: { versionId } }, { signal: how.signal }),
  );
  const version =
    options.wait === true
      ? await followVersion(client, versionId, { ...how, onStep: stepProgress(progress) })
      : submitted;
  return { version, files: files.length, sentBytes: sending.totalBytes, isResumed: upload.isResumed };
}

function sendingProgress({ totalBytes }: Sending, progress: Progress): (bytes: number) => void {
  const startedAt = performance.now();
  let doneBytes = 0;
  return (bytes) => {
    doneBytes += bytes;
    const state = { action: 'sending', doneBytes, totalBytes };
    progress.show(() => byteProgressLine(state, performance.now() - startedAt));
  };
}

function textOf({ version, files, sentBytes, isResumed }: Pushed): string {
  const spared = version.bytes - sentBytes;
  const rest = spared > 0 && !isResumed ? `, ${formatBytes(spared)} were there already` : '';
  const how = isResumed ? 'went on with an interrupted push, ' : '';
  const head = `${how}sent ${formatBytes(sentBytes)} of ${grouped(files)} ${files === 1 ? 'file' : 'files'}${rest}`;
  return [head, ...versionLines(version)].map(visible).join('\n');
}
