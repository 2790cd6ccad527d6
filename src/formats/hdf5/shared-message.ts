import { FormatError } from '../../bytes/errors.ts';
import type { H5Reader } from './h5-reader.ts';
import { type HeaderMessage, messageType, readMessages } from './object-header.ts';
import { type Datatype, readDatatype } from './types.ts';

/** A shared message of this kind is in the heap for shared messages, which no Python library makes use of. */
const IN_HEAP = 1;

/** The datatype a message holds, or the committed one it refers to (specification, IV.A.2, "shared messages"). */
export function datatypeOf(reader: H5Reader, message: HeaderMessage): Datatype {
  seekDatatype(reader, message);
  return readDatatype(reader);
}

/** Moves to the datatype a message holds or refers to. @throws FormatError */
export function seekDatatype(reader: H5Reader, message: HeaderMessage): void {
  reader.seek(message.body.start);
  if (!message.shared) return;
  const version = reader.u8();
  const kind = reader.u8();
  if (version === 3 && kind === IN_HEAP) {
    throw FormatError.of('unsupported', { feature: 'HDF5 shared message heap', offset: message.body.start });
  }
  if (version === 1) reader.skip(6);
  const address = reader.address();
  const target =
    address === undefined
      ? undefined
      : readMessages(reader, address).find(({ type, shared }) => type === messageType.datatype && !shared);
  if (target === undefined) {
    throw FormatError.of('malformed', { expected: 'a committed datatype', found: 'none', offset: message.body.start });
  }
  reader.seek(target.body.start);
}
