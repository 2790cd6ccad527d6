export { BufferSource, SliceSource, type Source } from './bytes/source.ts';
export { defaultLimits, type LimitName, type Limits } from './bytes/limits.ts';
export { scanSource, type ScanSourceOptions } from './scan/scan-source.ts';
export type { ArtifactReport, Coverage, Finding, Location, Verdict } from './scan/report.ts';
export { rules } from './rules/index.ts';
