import { crc32 } from 'node:zlib';
import type { OutputFile } from './output-file.ts';

const LOCAL_HEADER_BYTES = 30;
const CENTRAL_HEADER_BYTES = 46;
const END_BYTES = 22;
const DATE_1980 = 0x21;
/** torch aligns every record to 64 bytes with an extra field of this tag. */
const ALIGNMENT = 64;
const PADDING_TAG = 0x4246;

interface Entry {
  readonly name: Buffer;
  readonly crc: number;
  readonly size: number;
  readonly offset: number;
}

/** Writes stored members one after the other, aligned as torch aligns them. Files stay below 4 GiB. */
export class ZipWriter {
  readonly #out: OutputFile;
  readonly #entries: Entry[] = [];

  constructor(out: OutputFile) {
    this.#out = out;
  }

  add(name: string, content: Uint8Array): void {
    const entry = { name: Buffer.from(name), crc: crc32(content), size: content.length, offset: this.#out.size };
    const unpadded = entry.offset + LOCAL_HEADER_BYTES + entry.name.length + 4;
    const padding = Buffer.alloc(4 + ((ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT), 'Z');
    padding.writeUInt16LE(PADDING_TAG, 0);
    padding.writeUInt16LE(padding.length - 4, 2);
    const header = Buffer.alloc(LOCAL_HEADER_BYTES);
    header.writeUInt32LE(0x04034b50, 0);
    writeCommon(header, 4, entry);
    header.writeUInt16LE(padding.length, 28);
    for (const part of [header, entry.name, padding, content]) this.#out.write(part);
    this.#entries.push(entry);
  }

  finish(): void {
    const start = this.#out.size;
    for (const entry of this.#entries) {
      const header = Buffer.alloc(CENTRAL_HEADER_BYTES);
      header.writeUInt32LE(0x02014b50, 0);
      writeCommon(header, 6, entry);
      header.writeUInt32LE(entry.offset, 42);
      this.#out.write(header);
      this.#out.write(entry.name);
    }
    const end = Buffer.alloc(END_BYTES);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(this.#entries.length, 8);
    end.writeUInt16LE(this.#entries.length, 10);
    end.writeUInt32LE(this.#out.size - start, 12);
    end.writeUInt32LE(start, 16);
    this.#out.write(end);
  }
}

/** The run of fields that local and central headers share, from "version needed" to the name's length. */
function writeCommon(header: Buffer, at: number, entry: Entry): void {
  header.writeUInt16LE(10, at);
  header.writeUInt16LE(DATE_1980, at + 8);
  header.writeUInt32LE(entry.crc, at + 10);
  header.writeUInt32LE(entry.size, at + 14);
  header.writeUInt32LE(entry.size, at + 18);
  header.writeUInt16LE(entry.name.length, at + 22);
}
