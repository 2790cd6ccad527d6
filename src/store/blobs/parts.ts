import type { ContentMeter } from './digest.ts';

export interface ContentPart {
  readonly body: Buffer;
  readonly isLast: boolean;
}

/** Measures content and cuts it into parts of one length; the last may be shorter, and is empty only where there is no content. */
export async function* partsOf(
  content: AsyncIterable<Uint8Array>,
  meter: ContentMeter,
  partBytes: number,
): AsyncGenerator<ContentPart, void> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    meter.add(chunk);
    let rest = chunk;
    // Only with another byte at hand is a full part known not to be the last.
    while (bytes + rest.byteLength > partBytes) {
      const room = partBytes - bytes;
      yield { body: Buffer.concat([...waiting, rest.subarray(0, room)]), isLast: false };
      rest = rest.subarray(room);
      waiting = [];
      bytes = 0;
    }
    if (rest.byteLength > 0) waiting.push(rest);
    bytes += rest.byteLength;
  }
  yield { body: Buffer.concat(waiting), isLast: true };
}
