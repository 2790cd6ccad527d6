import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import { FaultLog } from '../structure-fault.ts';
import { type Attribute, readAttribute } from './attributes.ts';
import { filterKind, readFilters } from './filters.ts';
import { FractalHeap } from './fractal-heap.ts';
import { GlobalHeap } from './global-heap.ts';
import type { H5Reader } from './h5-reader.ts';
import type { Hdf5FaultCode } from './hdf5-file.ts';
import { type Link, readLink, SymbolTableGroup } from './links.ts';
import { type HeaderMessage, messageType, readMessages } from './object-header.ts';
import { datatypeOf } from './shared-message.ts';
import { readExternalFiles, readStorage } from './storage.ts';
import type { Superblock } from './superblock.ts';
import { visitRecords } from './tree-v2.ts';
import { type Dataspace, readDataspace } from './types.ts';

/** Keras refuses data sets above this that unpack more than a thousandfold (keras, `safe_get_h5_dataset`). */
const EXPANSION_FLOOR_BYTES = 4n * 2n ** 30n;
const MAX_EXPANSION = 1000n;
/** In a record of the name index of links the heap ID follows the hash; in that of attributes it comes first. */
const LINK_ID_OFFSET = 4;
const MAX_PATH_LENGTH = 4096;

interface Pending {
  readonly address: number;
  readonly path: string;
}

/** Where an object is, with the attributes it has. */
export interface ObjectAttributes {
  readonly path: string;
  readonly attributes: readonly Attribute[];
}

/** What hears of the objects of a file. */
export interface WalkListener {
  readonly attributes: (object: ObjectAttributes) => void;
  /** A data set, once for each object, with all its messages. */
  readonly dataset?: (object: {
    readonly path: string;
    readonly address: number;
    readonly messages: readonly HeaderMessage[];
  }) => void;
  /** Another name for an object that was met already. */
  readonly alias?: (path: string, address: number) => void;
  /** A link that leads to a name, or out of the file. */
  readonly link?: (link: Link, path: string) => void;
}

/** Walks every object that can be reached from the root group, once, and notes what reaches out of the file. */
export class ObjectWalk {
  readonly faults: FaultLog<Hdf5FaultCode>;
  readonly #heap: GlobalHeap;
  groups = 0;
  datasets = 0;
  readonly softLinks: Link[] = [];
  readonly #reader: H5Reader;
  readonly #superblock: Superblock;
  readonly #listener: WalkListener;
  readonly #pending: Pending[] = [];
  readonly #seen = new Set<number>();

  constructor(superblock: Superblock, listener: WalkListener) {
    this.#superblock = superblock;
    this.#reader = superblock.reader;
    this.#listener = listener;
    this.faults = new FaultLog(superblock.reader.context.limits.maxFindingsPerRule);
    this.#heap = new GlobalHeap(superblock.reader);
  }

  /** @throws LimitError; damage to one object is a flaw and the others are still walked */
  run(): void {
    if (this.#superblock.extension !== undefined)
      this.#guard(() => readMessages(this.#reader, this.#superblock.extension ?? 0));
    this.#push(this.#superblock.root, '/');
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      const { address, path } = next;
      this.#guard(() => this.#object(address, path));
    }
  }

  /** The objects of the global heap collection at `address`; undefined, with a flaw, when it is none. */
  heapAt(address: number): ReadonlyMap<number, Span> | undefined {
    let objects: ReadonlyMap<number, Span> | undefined;
    this.#guard(() => {
      objects = this.#heap.collection(address);
    });
    return objects;
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#reader.context.flaw(error);
    }
  }

  #push(address: number, path: string): void {
    if (this.#seen.has(address)) return this.#listener.alias?.(path, address);
    this.#seen.add(address);
    const { maxHdf5Objects } = this.#reader.context.limits;
    if (this.#seen.size > maxHdf5Objects) throw LimitError.of('maxHdf5Objects', maxHdf5Objects, this.#seen.size);
    this.#pending.push({ address, path });
  }

  #object(address: number, path: string): void {
    const messages = readMessages(this.#reader, address);
    const attributes: Attribute[] = [];
    for (const message of messages) this.#guard(() => this.#message(message, path, attributes));
    if (messages.some(({ type }) => type === messageType.layout)) {
      this.#guard(() => this.#dataset(messages, path));
      this.#guard(() => this.#listener.dataset?.({ path, address, messages }));
    } else if (messages.some(({ type }) => type === messageType.symbolTable || type === messageType.linkInfo)) {
      this.groups += 1;
    }
    if (attributes.length > 0) this.#listener.attributes({ path, attributes });
  }

  #message(message: HeaderMessage, path: string, attributes: Attribute[]): void {
    const reader = this.#reader;
    const { body } = message;
    switch (message.type) {
      case messageType.symbolTable:
        return this.#symbolTable(body, path);
      case messageType.link:
        return this.#link(readLink(reader, body), path);
      case messageType.linkInfo:
        return this.#dense(body, (span) => this.#link(readLink(reader, span), path), LINK_ID_OFFSET);
      case messageType.attribute:
        attributes.push(readAttribute(reader, this.#heap, body));
        return;
      case messageType.attributeInfo:
        return this.#dense(body, (span) => attributes.push(readAttribute(reader, this.#heap, span)), 0);
      case messageType.externalFiles: {
        const files = readExternalFiles(reader, body);
        this.faults.add('external-storage', `the data of ${path} is in ${files.join(', ')}`, body, path);
        return;
      }
      case messageType.filters:
        return this.#filters(body, path);
      default:
    }
  }

  #symbolTable(body: Span, path: string): void {
    this.#reader.seek(body.start);
    const tree = this.#reader.address();
    const heap = this.#reader.address();
    if (tree === undefined || heap === undefined) return;
    const group = new SymbolTableGroup(this.#reader, this.#superblock, heap);
    for (const link of group.links(tree)) this.#link(link, path);
  }

  /** Links or attributes kept in a heap, found by the name index (specification, IV.A.2.c and IV.A.2.v). */
  #dense(body: Span, visit: (span: Span) => void, idOffset: number): void {
    const reader = this.#reader;
    reader.seek(body.start + 1);
    const flags = reader.u8();
    if ((flags & 1) !== 0) reader.skip(idOffset === LINK_ID_OFFSET ? 8 : 2);
    const heapAddress = reader.address();
    const treeAddress = reader.address();
    const orderAddress = (flags & 2) === 0 ? undefined : reader.address();
    if (heapAddress === undefined || treeAddress === undefined) return;
    const heap = new FractalHeap(reader, heapAddress);
    visitRecords(reader, treeAddress, (position) => this.#guard(() => visit(heap.object(position + idOffset))));
    if (orderAddress !== undefined) visitRecords(reader, orderAddress, () => undefined);
  }

  #link(link: Link, group: string): void {
    const path = `${group === '/' ? '' : group}/${link.name}`.slice(0, MAX_PATH_LENGTH);
    if (link.kind !== 'hard') this.#listener.link?.(link, path);
    switch (link.kind) {
      case 'hard':
        return this.#push(link.address, path);
      case 'soft':
        this.softLinks.push({ ...link, name: path });
        return;
      case 'external':
        return this.faults.add('external-link', `${path} is in another file: ${link.target}`, link.span, path);
      case 'user':
        return this.faults.add('user-defined-link', `${path} is a link of ${link.target}`, link.span, path);
    }
  }

  #filters(body: Span, path: string): void {
    for (const { id } of readFilters(this.#reader, body)) {
      const kind = filterKind(id);
      if (kind === 'built-in') continue;
      const code = kind === 'unknown' ? 'unknown-filter' : 'plugin-filter';
      this.faults.add(code, `${path} is packed by filter ${id}`, body, path);
    }
  }

  #dataset(messages: readonly HeaderMessage[], path: string): void {
    this.datasets += 1;
    const find = (type: number): HeaderMessage | undefined => messages.find((message) => message.type === type);
    const layout = find(messageType.layout) as HeaderMessage;
    const space = find(messageType.dataspace);
    const type = find(messageType.datatype);
    const elementBytes = type === undefined ? 0 : datatypeOf(this.#reader, type).size;
    const shape = space === undefined || space.shared ? undefined : this.#space(space.body);
    const storage = readStorage(this.#superblock, { body: layout.body, space: shape, elementBytes });
    if (storage.kind === 'virtual') {
      this.faults.add('virtual-dataset', `${path} is put together from other data sets`, layout.body, path);
    }
    if (shape === undefined || type === undefined) return;
    const declared = shape.elements * BigInt(elementBytes);
    const stored = BigInt(storage.storedBytes ?? this.#reader.context.source.size);
    if (declared > EXPANSION_FLOOR_BYTES && declared > stored * MAX_EXPANSION) {
      this.faults.add('expansion', `${path} declares ${declared} bytes and stores ${stored}`, layout.body, path);
    }
  }

  #space(body: Span): Dataspace {
    this.#reader.seek(body.start);
    return readDataspace(this.#reader);
  }
}
