import { FormatError } from '../../bytes/errors.ts';
import { type ElementType, readElementType } from './element-type.ts';
import { type FillValue, readFillValue } from './fill-value.ts';
import { type Filter, readFilters } from './filters.ts';
import { type Layout, readLayout } from './layout.ts';
import { type HeaderMessage, messageType } from './object-header.ts';
import { seekDatatype } from './shared-message.ts';
import type { Superblock } from './superblock.ts';
import { type Dataspace, readDataspace } from './types.ts';

/** A data set: what its elements are and where. */
export interface Dataset {
  readonly space: Dataspace;
  readonly element: ElementType;
  readonly layout: Layout;
  readonly filters: readonly Filter[];
  readonly fill: FillValue;
  /** True when its bytes are in files of their own. */
  readonly isExternal: boolean;
}

/** Takes the header messages of a data set together. @throws FormatError when one is missing or broken. */
export function readDataset({ reader }: Superblock, messages: readonly HeaderMessage[]): Dataset {
  const find = (type: number): HeaderMessage | undefined => messages.find((message) => message.type === type);
  const [spaceMessage, typeMessage] = [find(messageType.dataspace), find(messageType.datatype)];
  const [layoutMessage, filterMessage] = [find(messageType.layout), find(messageType.filters)];
  if (spaceMessage === undefined || typeMessage === undefined || layoutMessage === undefined) {
    const found = 'another object';
    throw FormatError.of('malformed', { expected: 'a data set', found, offset: reader.position });
  }
  const shared = [spaceMessage, layoutMessage, filterMessage].find((message) => message?.shared === true);
  if (shared !== undefined) {
    throw FormatError.of('unsupported', { feature: 'shared HDF5 message', offset: shared.body.start });
  }
  reader.seek(spaceMessage.body.start);
  const space = readDataspace(reader);
  seekDatatype(reader, typeMessage);
  return {
    space,
    element: readElementType(reader),
    layout: readLayout(reader, layoutMessage.body),
    filters: filterMessage === undefined ? [] : readFilters(reader, filterMessage.body),
    fill: readFillValue(reader, messages),
    isExternal: find(messageType.externalFiles) !== undefined,
  };
}
