/** The file that threads start with: next to this one, whether it runs as TypeScript or built. */
export function scanWorkerUrl(): URL {
  return new URL(`./scan-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
}
