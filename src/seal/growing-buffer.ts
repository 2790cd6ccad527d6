const FIRST_BYTES = 4096;

/** Bytes that come in pieces and are looked at as a whole; small pieces cost no copy of everything before them. */
export class GrowingBuffer {
  #room = Buffer.alloc(FIRST_BYTES);
  #length = 0;

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#length);
  }

  push(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#room.length) {
      const room = Buffer.alloc(Math.max(needed, this.#room.length * 2));
      room.set(this.bytes);
      this.#room = room;
    }
    this.#room.set(piece, this.#length);
    this.#length = needed;
  }
}
