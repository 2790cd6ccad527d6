/** A Huffman code as one flat table, indexed by the next bits of the stream: `symbol << 4 | length`, 0 when unused. */
export interface HuffmanTable {
  readonly entries: Uint16Array;
  mask: number;
}

/** Room for codes of up to `maxBits` bits. */
export function newTable(maxBits: number): HuffmanTable {
  return { entries: new Uint16Array(2 ** maxBits), mask: 0 };
}

/** Fills a table with the canonical code of RFC 1951 §3.2.2, first bit lowest. False when the lengths do not fit. */
export function buildTable(table: HuffmanTable, lengths: Uint8Array): boolean {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  const longest = Math.max(0, ...lengths);
  const next = new Uint32Array(17);
  let used = 0;
  for (let length = 1; length <= longest; length += 1) {
    next[length + 1] = ((next[length] as number) + (counts[length] as number)) << 1;
    used += (counts[length] as number) * 2 ** (longest - length);
  }
  if (used > 2 ** longest) return false;
  const size = 2 ** longest;
  table.mask = size - 1;
  table.entries.fill(0, 0, size);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const code = next[length] as number;
    next[length] = code + 1;
    fill(table.entries.subarray(0, size), reverse(code, length), (symbol << 4) | length);
  }
  return true;
}

function fill(entries: Uint16Array, first: number, entry: number): void {
  for (let i = first; i < entries.length; i += 1 << (entry & 15)) entries[i] = entry;
}

function reverse(code: number, bits: number): number {
  let reversed = 0;
  for (let i = 0; i < bits; i += 1) reversed |= ((code >>> i) & 1) << (bits - 1 - i);
  return reversed;
}
