/**
 * The file a thread starts with: `name` beside the module that `moduleUrl` is of, whether it runs as TypeScript, compiled,
 * or in the bundle, where workers lie beside everything else.
 */
export function workerUrl(name: string, moduleUrl: string): URL {
  return new URL(`./${name}${moduleUrl.endsWith('.ts') ? '.ts' : '.js'}`, moduleUrl);
}

/** The threads that scan files; they start with a file of this folder, whoever asks. */
export function scanWorkerUrl(): URL {
  return workerUrl('scan-worker', import.meta.url);
}
