import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Catalogue } from '../scan/catalogue.ts';
import type { ArtifactReport } from '../scan/report.ts';
import { createFileScanner } from './scan-file.ts';
import type { ScanSettings, ScanTask } from './scan-task.ts';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly settings: ScanSettings;
  /** Folder with compiled code, if the program keeps one; threads do not inherit it. */
  readonly compileCache: string | undefined;
}

/** What a worker says: that it is ready, then one report for each task, in the order of the tasks. */
export type WorkerMessage = { readonly ready: true } | { readonly index: number; readonly report: ArtifactReport };

/** Examines, in this worker thread, every file the pool sends. */
export function serveScans(load: () => Promise<Catalogue>): void {
  const port = parentPort;
  if (port === null) throw new Error('not a worker thread');
  const { settings, compileCache } = workerData as WorkerSetup;
  if (compileCache !== undefined) enableCompileCache(compileCache);
  const ready = load().then((catalogue) => createFileScanner(settings, catalogue));
  const answer = async (task: ScanTask): Promise<void> => {
    const scan = await ready;
    port.postMessage({ index: task.index, report: scan(task) } satisfies WorkerMessage);
  };
  port.on('message', (task: ScanTask) => void answer(task));
  void ready.then(() => port.postMessage({ ready: true } satisfies WorkerMessage));
}
