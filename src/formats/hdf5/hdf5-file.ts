import type { StructureFault } from '../structure-fault.ts';

/** What an HDF5 file holds and refers to; data set bytes are only known by their place. */
export interface Hdf5File {
  readonly superblockVersion: number;
  readonly groups: number;
  readonly datasets: number;
  /** True when it has the attributes Keras writes. */
  readonly isKeras: boolean;
  readonly faults: readonly StructureFault<Hdf5FaultCode>[];
}

export type Hdf5FaultCode =
  | 'external-link'
  | 'soft-link'
  | 'soft-link-in-weights'
  | 'user-defined-link'
  | 'external-storage'
  | 'virtual-dataset'
  | 'unknown-filter'
  | 'plugin-filter'
  | 'expansion'
  | 'user-block'
  | 'matlab-user-block'
  | 'trailing-bytes'
  | 'unused-space';
