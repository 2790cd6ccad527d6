import { FormatError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import type { H5Reader } from './h5-reader.ts';

/** Message types (specification, IV.A.2). */
export const messageType = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFillValue: 0x04,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** A header message; `body` is where it is in the file. */
export interface HeaderMessage {
  readonly type: number;
  /** True when the body only says where the real message is. */
  readonly shared: boolean;
  readonly body: Span;
}

interface Block extends Span {
  readonly version: 1 | 2;
  readonly hasCreationOrder: boolean;
}

const SHARED = 0x02;
const V2_HAS_ORDER = 0x04;
const V2_HAS_PHASES = 0x10;
const V2_HAS_TIMES = 0x20;

/** All messages of the object header at `address`, continuation blocks included. @throws FormatError, LimitError */
export function readMessages(reader: H5Reader, address: number): HeaderMessage[] {
  const start = reader.locate(address);
  reader.seek(start);
  const first = reader.u8();
  const blocks: Block[] = [first === 1 ? firstBlock1(reader, start) : firstBlock2(reader, address)];
  const messages: HeaderMessage[] = [];
  const seen = new Set<number>();
  for (const block of blocks) {
    for (const message of messagesOf(reader, block)) {
      if (message.type !== messageType.continuation) messages.push(message);
      else {
        const next = continuation(reader, message, block);
        if (seen.has(next.start)) continue;
        seen.add(next.start);
        blocks.push(next);
      }
    }
  }
  return messages;
}

function firstBlock1(reader: H5Reader, start: number): Block {
  reader.skip(7);
  const size = reader.u32();
  reader.coverBytes(start, 16 + size);
  return { version: 1, hasCreationOrder: false, start: start + 16, end: start + 16 + size };
}

function firstBlock2(reader: H5Reader, address: number): Block {
  const start = reader.block(address, 'OHDR');
  const version = reader.u8();
  if (version !== 2) {
    throw FormatError.of('unsupported', { feature: `HDF5 object header version ${version}`, offset: start });
  }
  const flags = reader.u8();
  reader.skip((flags & V2_HAS_TIMES) === 0 ? 0 : 16);
  reader.skip((flags & V2_HAS_PHASES) === 0 ? 0 : 4);
  const size = reader.uint(2 ** (flags & 3));
  const at = reader.position;
  reader.cover({ start, end: at + size + 4 });
  return { version: 2, hasCreationOrder: (flags & V2_HAS_ORDER) !== 0, start: at, end: at + size };
}

function continuation(reader: H5Reader, message: HeaderMessage, block: Block): Block {
  reader.seek(message.body.start);
  const address = reader.address();
  const size = reader.length();
  if (address === undefined) {
    throw FormatError.of('malformed', {
      expected: 'a continuation block',
      found: 'an undefined address',
      offset: message.body.start,
    });
  }
  if (block.version === 1) {
    const start = reader.locate(address);
    reader.coverBytes(start, size);
    return { ...block, start, end: start + size };
  }
  const start = reader.block(address, 'OCHK');
  reader.coverBytes(start, size);
  return { ...block, start: start + 4, end: start + size - 4 };
}

function* messagesOf(reader: H5Reader, block: Block): Generator<HeaderMessage> {
  const headBytes = block.version === 1 ? 8 : block.hasCreationOrder ? 6 : 4;
  let at = block.start;
  while (at + headBytes <= block.end) {
    reader.countNode();
    reader.seek(at);
    const type = block.version === 1 ? reader.u16() : reader.u8();
    const size = reader.u16();
    const flags = reader.u8();
    const body = { start: at + headBytes, end: at + headBytes + size };
    if (body.end > block.end) {
      throw FormatError.of('truncated', { wanted: size, offset: body.start, size: block.end });
    }
    yield { type, shared: (flags & SHARED) !== 0, body };
    at = body.end;
  }
}
