import { FormatError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import type { H5Reader } from './h5-reader.ts';

const MAX_FILTERS = 32;
const FIRST_NAMED = 256;

/** Filters of the library itself (specification, IV.A.2.l). */
const BUILT_IN: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6]);

/** Registered filters that h5py, PyTables, hdf5plugin and netCDF use (HDF Group's registry of filters). */
const REGISTERED: ReadonlySet<number> = new Set([
  305, 307, 32_000, 32_001, 32_004, 32_008, 32_012, 32_013, 32_015, 32_017, 32_018, 32_019, 32_022, 32_023, 32_024,
  32_026, 32_027, 32_028,
]);

export type FilterKind = 'built-in' | 'registered' | 'unknown';

/** One step of the pipeline a chunk goes through. */
export interface Filter {
  readonly id: number;
  /** What the filter was set up with: of shuffle, the bytes of an element. */
  readonly values: readonly number[];
}

/** The filters in the pipeline message in `body`, in the order of writing. @throws FormatError */
export function readFilters(reader: H5Reader, body: Span): Filter[] {
  reader.seek(body.start);
  const version = reader.u8();
  const count = reader.u8();
  if (count > MAX_FILTERS) {
    throw FormatError.of('malformed', { expected: 'at most 32 filters', found: `${count}`, offset: body.start });
  }
  if (version === 1) reader.skip(6);
  const filters: Filter[] = [];
  for (let i = 0; i < count && reader.position < body.end; i += 1) {
    const id = reader.u16();
    const nameBytes = version === 1 || id >= FIRST_NAMED ? reader.u16() : 0;
    reader.skip(2);
    const count = reader.u16();
    reader.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    if (reader.position + 4 * count > body.end) {
      throw FormatError.of('truncated', { wanted: 4 * count, offset: reader.position, size: body.end });
    }
    const values = Array.from({ length: count }, () => reader.u32());
    if (version === 1 && count % 2 === 1) reader.skip(4);
    filters.push({ id, values });
  }
  return filters;
}

export function filterKind(id: number): FilterKind {
  if (BUILT_IN.has(id)) return 'built-in';
  return REGISTERED.has(id) ? 'registered' : 'unknown';
}
