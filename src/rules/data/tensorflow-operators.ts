import type { Severity } from '../rule.ts';

/** Operators that call back into Python: only the process that made the graph has the function, or a hostile one. */
export const pythonTensorflowOperators: ReadonlySet<string> = new Set(['PyFunc', 'PyFuncStateless', 'EagerPyFunc']);

/**
 * Operators that reach files or hosts named in the graph. Saving and restoring of variables, and tables read from
 * assets, are part of every SavedModel and not listed.
 */
export const reachingTensorflowOperators: ReadonlyMap<string, Severity> = new Map<string, Severity>([
  ['DebugIdentity', 'medium'],
  ['DebugIdentityV2', 'medium'],
  ['DebugIdentityV3', 'medium'],
  ['FixedLengthRecordDataset', 'low'],
  ['FixedLengthRecordDatasetV2', 'low'],
  ['ImmutableConst', 'high'],
  ['MatchingFiles', 'high'],
  ['MatchingFilesDataset', 'medium'],
  ['ReadFile', 'high'],
  ['SqlDataset', 'high'],
  ['TFRecordDataset', 'low'],
  ['TFRecordDatasetV2', 'low'],
  ['TextLineDataset', 'low'],
  ['TextLineReader', 'medium'],
  ['TextLineReaderV2', 'medium'],
  ['WholeFileReader', 'high'],
  ['WholeFileReaderV2', 'high'],
  ['WriteFile', 'high'],
]);
