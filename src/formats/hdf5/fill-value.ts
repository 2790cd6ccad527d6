import { FormatError } from '../../bytes/errors.ts';
import type { H5Reader } from './h5-reader.ts';
import { type HeaderMessage, messageType } from './object-header.ts';

/** What stands where nothing was written: a value, zeros, or nothing that could be relied on. */
export type FillValue = Uint8Array | 'zeros' | 'undefined';

const MAX_VALUE_BYTES = 64;
const UNDEFINED = 0x10;
const HAS_VALUE = 0x20;

/** The fill value of a data set (specification, IV.A.2.e and IV.A.2.f). @throws FormatError */
export function readFillValue(reader: H5Reader, messages: readonly HeaderMessage[]): FillValue {
  const found =
    messages.find(({ type }) => type === messageType.fillValue) ??
    messages.find(({ type }) => type === messageType.oldFillValue);
  if (found === undefined) return 'zeros';
  const { start } = found.body;
  if (found.shared) throw FormatError.of('unsupported', { feature: 'shared HDF5 fill value', offset: start });
  reader.seek(start);
  if (found.type === messageType.oldFillValue) return readValue(reader);
  const version = reader.u8();
  if (version < 1 || version > 3) {
    throw FormatError.of('unsupported', { feature: `HDF5 fill value version ${version}`, offset: start });
  }
  if (version === 3) {
    const flags = reader.u8();
    if ((flags & UNDEFINED) !== 0) return 'undefined';
    return (flags & HAS_VALUE) === 0 ? 'zeros' : readValue(reader);
  }
  reader.skip(2);
  return reader.u8() === 0 ? 'undefined' : readValue(reader);
}

function readValue(reader: H5Reader): FillValue {
  const offset = reader.position;
  const bytes = reader.u32();
  if (bytes === 0) return 'zeros';
  if (bytes <= MAX_VALUE_BYTES) return reader.bytes(bytes);
  throw FormatError.of('unsupported', { feature: `HDF5 fill value of ${bytes} bytes`, offset });
}
