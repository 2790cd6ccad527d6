import { hdf5Expansion } from './hdf5-expansion.ts';
import { hdf5ExternalData } from './hdf5-external-data.ts';
import { hdf5Filter } from './hdf5-filter.ts';
import { hdf5OutsideBytes } from './hdf5-outside-bytes.ts';
import { hdf5SoftLink } from './hdf5-soft-link.ts';
import { hdf5UnusedSpace } from './hdf5-unused-space.ts';
import type { AnyRule } from '../rule.ts';

/** What an HDF5 file reaches for, and where it is odd, sorted by id. */
export const hdf5Rules: readonly AnyRule[] = [
  hdf5Expansion,
  hdf5ExternalData,
  hdf5Filter,
  hdf5OutsideBytes,
  hdf5SoftLink,
  hdf5UnusedSpace,
];
