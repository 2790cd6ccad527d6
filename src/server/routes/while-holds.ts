import { maxStaleMs } from '../../store/bus/bus.ts';
import { RequestError } from '../errors.ts';

/** Passes pieces of a long answer on while the credential of its caller holds. @throws RequestError `unauthenticated` */
export async function* whileHolds(
  pieces: AsyncIterable<Uint8Array>,
  holds: () => Promise<boolean>,
): AsyncGenerator<Uint8Array> {
  let askedAtMs = performance.now();
  for await (const piece of pieces) {
    if (performance.now() - askedAtMs > maxStaleMs) {
      const nowMs = performance.now();
      if (!(await holds())) throw RequestError.of('unauthenticated');
      askedAtMs = nowMs;
    }
    yield piece;
  }
}
