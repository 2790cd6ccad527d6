import { createHash } from 'node:crypto';

/** Content in pieces of an odd length, as a network delivers it. */
export async function* chunksOf(content: Buffer, bytes = 300_001): AsyncIterable<Uint8Array> {
  for (let start = 0; start < content.length; start += bytes) yield content.subarray(start, start + bytes);
}

/** The same piece again and again. */
export async function* repeated(piece: Buffer, times: number): AsyncIterable<Uint8Array> {
  for (let i = 0; i < times; i++) {
    yield piece;
    // A real source lets the event loop turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** The most memory of this thread, in bytes beyond what it had, while something runs. */
export async function peakBytes(run: () => Promise<unknown>): Promise<number> {
  const used = (): number => {
    const { external, heapUsed } = process.memoryUsage();
    return external + heapUsed;
  };
  const before = used();
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, used() - before);
  }, 2);
  await run();
  clearInterval(watch);
  return peak;
}
