import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import type { DocumentNode, MapEntry } from '../document.ts';

const NAME = /[\p{L}_:][\p{L}\p{N}_:.-]*/uy;
const ATTRIBUTE = /\s+([\p{L}_:][\p{L}\p{N}_:.-]*)\s*=\s*("[^"<]*"|'[^'<]*')/uy;
/** A document type longer than this is no honest one; its beginning is enough to judge it. */
const MAX_DOCTYPE_LENGTH = 10_000;

/**
 * Lists the start tags of XML text in order, each as a map: `<` is the element's name, other keys are its attributes.
 * A document type is listed as the element `!DOCTYPE` with its `text`. Nothing is expanded.
 * @throws FormatError `malformed` for a tag that does not end, LimitError `maxDocumentNodes`
 */
export function listXml(
  text: string,
  limits: Pick<Limits, 'maxDocumentNodes'>,
  toOffset: (at: number) => number,
): DocumentNode {
  const items: DocumentNode[] = [];
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    if (items.length > limits.maxDocumentNodes)
      throw LimitError.of('maxDocumentNodes', limits.maxDocumentNodes, 'more');
    const tag = readTag(text, at);
    if (tag.entries.length > 0) {
      items.push({ kind: 'map', entries: tag.entries, span: { start: toOffset(at), end: toOffset(tag.end) } });
    }
    at = tag.end;
  }
  return { kind: 'list', items };
}

interface Tag {
  readonly entries: MapEntry[];
  readonly end: number;
}

function readTag(text: string, at: number): Tag {
  if (text.startsWith('<!--', at)) return { entries: [], end: after(text, '-->', at) };
  if (text.startsWith('<![CDATA[', at)) return { entries: [], end: after(text, ']]>', at) };
  if (text.startsWith('<?', at)) return { entries: [], end: after(text, '?>', at) };
  if (text.startsWith('</', at)) return { entries: [], end: after(text, '>', at) };
  if (text.startsWith('<!', at)) return readDoctype(text, at);
  return readElement(text, at);
}

function readElement(text: string, at: number): Tag {
  NAME.lastIndex = at + 1;
  const name = NAME.exec(text)?.[0];
  if (name === undefined) {
    throw FormatError.of('malformed', { expected: 'the name of an element', found: 'something else', offset: at });
  }
  const entries: MapEntry[] = [{ key: '<', value: { kind: 'scalar', value: name } }];
  let end = at + 1 + name.length;
  for (;;) {
    ATTRIBUTE.lastIndex = end;
    const match = ATTRIBUTE.exec(text);
    if (match === null) break;
    entries.push({ key: match[1] ?? '', value: { kind: 'scalar', value: (match[2] ?? '').slice(1, -1) } });
    end += match[0].length;
  }
  return { entries, end: after(text, '>', end) };
}

/** `<!DOCTYPE …>`, whose internal subset in brackets holds further `>`. */
function readDoctype(text: string, at: number): Tag {
  const close = text.indexOf('>', at);
  const subset = text.indexOf('[', at);
  const end = subset >= 0 && subset < close ? after(text, '>', after(text, ']', subset)) : after(text, '>', at);
  const entries: MapEntry[] = [
    { key: '<', value: { kind: 'scalar', value: '!DOCTYPE' } },
    { key: 'text', value: { kind: 'scalar', value: text.slice(at, Math.min(end, at + MAX_DOCTYPE_LENGTH)) } },
  ];
  return { entries, end };
}

function after(text: string, closing: string, at: number): number {
  const found = text.indexOf(closing, at);
  if (found < 0) {
    throw FormatError.of('malformed', { expected: `a closing ${closing}`, found: 'the end', offset: at });
  }
  return found + closing.length;
}
