import { parentPort, workerData } from 'node:worker_threads';
import type { Catalogue } from '../scan/catalogue.ts';
import type { ArtifactReport } from '../scan/report.ts';
import { createFileScanner } from './scan-file.ts';
import type { ScanSettings, ScanTask } from './scan-task.ts';

/** What a worker says: that it is ready, then one report for each task, in the order of the tasks. */
export type WorkerMessage = { readonly ready: true } | { readonly index: number; readonly report: ArtifactReport };

/** Examines, in this worker thread, every file the pool sends. */
export function serveScans(load: () => Promise<Catalogue>): void {
  const port = parentPort;
  if (port === null) throw new Error('not a worker thread');
  const ready = load().then((catalogue) => createFileScanner(workerData as ScanSettings, catalogue));
  const answer = async (task: ScanTask): Promise<void> => {
    const scan = await ready;
    port.postMessage({ index: task.index, report: scan(task) } satisfies WorkerMessage);
  };
  port.on('message', (task: ScanTask) => void answer(task));
  void ready.then(() => port.postMessage({ ready: true } satisfies WorkerMessage));
}
