import { readHdf5 } from '../hdf5/read-hdf5.ts';
import { defineTensorReader } from '../reader.ts';

/** Keras weights and other HDF5 files. Attributes are no tensors. */
export const hdf5Reader = defineTensorReader({
  format: 'hdf5',
  read: (context) => readHdf5(context, { member: '', start: 0 }),
});
