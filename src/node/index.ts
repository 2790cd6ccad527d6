export { cleanPaths, type CleanPathsOptions, type Destination } from './clean/clean-paths.ts';
export { FileSource, openFile } from './file-source.ts';
export { scanFiles, STDIN_TARGET, type ScanFilesOptions, type ScanProgress } from './scan-files.ts';
export { packageVersion } from './version.ts';
export { walk, type Found, type FoundFile, type FoundProblem, type WalkOptions } from './walk.ts';
export type { InputStream } from './spool.ts';
export type { RawPath } from './raw-path.ts';
