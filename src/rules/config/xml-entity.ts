import { get, type MapNode, stringOf } from '../../formats/document.ts';
import type { Severity } from '../rule.ts';
import { documentRule } from './document-rule.ts';
import { DISCLOSURE } from './references.ts';

interface Sign {
  readonly what: string;
  readonly value: string;
  readonly severity: Severity;
}

export const xmlEntity = documentRule<{ what: string; value: string }>()({
  id: 'xml-entity',
  title: 'XML model reaches outside itself',
  severity: 'high',
  formats: ['xml'],
  references: [{ kind: 'CWE', id: 'CWE-611' }, { kind: 'CWE', id: 'CWE-776' }, ...DISCLOSURE],
  why: 'Entities of a document type make an XML reader open files and addresses, or expand to gigabytes; a custom layer makes OpenVINO load a native library. No writer of PMML or OpenVINO models uses either.',
  fix: 'Do not load the model. Export it again from its source.',
  examples: {
    bad: [
      {
        name: 'model.pmml',
        content:
          '<?xml version="1.0"?>\n<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<PMML version="4.4">&x;</PMML>\n',
      },
      {
        name: 'model.xml',
        content:
          '<?xml version="1.0"?>\n<net name="m" version="11"><layers><layer id="0" type="Custom" library="./x.so"/></layers></net>\n',
      },
    ],
    good: [
      {
        name: 'model.xml',
        content:
          '<?xml version="1.0"?>\n<net name="m" version="11"><layers><layer id="0" name="x" type="Parameter" version="opset1"><data shape="1,3"/></layer></layers></net>\n',
      },
      {
        name: 'logo.svg',
        content:
          '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n<svg/>\n',
      },
    ],
  },
  message: ({ what, value }) => `${what}: ${value}`,
  check(index, report) {
    const { root, document } = index;
    if (document.syntax !== 'xml' || root.node.kind !== 'list') return;
    for (const item of root.node.items) {
      if (item.kind !== 'map') continue;
      const sign = signOf(item);
      if (sign !== null) report(root, { what: sign.what, value: sign.value.slice(0, 200) }, sign.severity);
    }
  },
});

function signOf(item: MapNode): Sign | null {
  const element = stringOf(get(item, '<')) ?? '';
  if (element === '!DOCTYPE') return doctypeSign(stringOf(get(item, 'text')) ?? '');
  const name = element.toLowerCase();
  const library = stringOf(get(item, 'library'));
  if (name === 'layer' && library !== undefined)
    return { what: 'loads a native library', value: library, severity: 'high' };
  const type = stringOf(get(item, 'type')) ?? '';
  if (name === 'layer' && type.toLowerCase() === 'custom')
    return { what: 'has a custom layer', value: type, severity: 'high' };
  return null;
}

/** A public document type without entities, as old drawings have, is harmless. */
function doctypeSign(text: string): Sign | null {
  if (/<!ENTITY/i.test(text)) return { what: 'declares entities', value: text, severity: 'high' };
  return /\bSYSTEM\b/.test(text) ? { what: 'refers to an outside document type', value: text, severity: 'high' } : null;
}
