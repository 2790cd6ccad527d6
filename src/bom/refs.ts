import { visible } from '../scan/visible-text.ts';

/** Names for the parts of a document, each once: two texts that look alike when made visible get a number. */
export class Refs {
  readonly #byKey = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** The same for the same kind and text. */
  of(kind: string, text: string): string {
    const key = `${kind}\u0000${text}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const wanted = `${kind}:${visible(text)}`;
    let ref = wanted;
    for (let number = 2; this.#taken.has(ref); number += 1) ref = `${wanted}#${number}`;
    this.#byKey.set(key, ref);
    this.#taken.add(ref);
    return ref;
  }
}

/** An address that is safe to hand on: http or https, in plain characters; else undefined. */
export function webAddress(text: string | undefined): string | undefined {
  return text !== undefined &&
    text.length <= 2000 &&
    /^https?:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][\w~:/?#@!$&'()*+,;=%.-]*)?$/.test(text)
    ? text
    : undefined;
}

/** A path as a relative reference (RFC 3986): what is no plain character is percent-encoded, and so is a colon. */
export function pathReference(path: string): string {
  const encoded = path.toWellFormed().split('/').map(encodeURIComponent).join('/');
  return encoded.replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
