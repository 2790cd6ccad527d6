/** Joins text (each character one byte) and byte values to a pickle, for examples that protocol 0 cannot express. */
export function bytesOf(...parts: readonly (string | number)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'number' ? [part] : Array.from(part, (character) => character.charCodeAt(0)),
    ),
  );
}

/** A pickle of protocol 4: header, body, STOP. */
export function pickle4(...parts: readonly (string | number)[]): Uint8Array {
  return bytesOf(0x80, 4, ...parts, '.');
}

/** SHORT_BINUNICODE. */
export function str(text: string): string {
  return `\x8c${String.fromCharCode(text.length)}${text}`;
}

/** Two strings and STACK_GLOBAL. */
export function global(module: string, name: string): string {
  return `${str(module)}${str(name)}\x93`;
}
