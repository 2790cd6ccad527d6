import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from '../../bytes/errors.ts';
import { get, stringOf } from '../document.ts';
import { listXml } from './list-xml.ts';

const list = (text: string) => {
  const root = listXml(text, { maxDocumentNodes: 1000 }, (at) => at);
  return root.kind === 'list' ? root.items : [];
};

test('lists elements with their attributes, and the document type whole', () => {
  const items = list('<?xml?><!DOCTYPE a [<!ENTITY b "c>d">]><a><!-- <b> --><c d="1>2" e=\'3\'/><![CDATA[<x>]]></a>');
  expect(items.map((item) => stringOf(get(item, '<')))).toEqual(['!DOCTYPE', 'a', 'c']);
  expect(stringOf(get(items[0], 'text'))).toBe('<!DOCTYPE a [<!ENTITY b "c>d">]>');
  expect(stringOf(get(items[2], 'd'))).toBe('1>2');
  expect(stringOf(get(items[2], 'e'))).toBe('3');
});

test('throws nothing but FormatError', () => {
  assert(
    property(string({ maxLength: 40 }), (text) => {
      try {
        list(`<a ${text}`);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
    { numRuns: 2000 },
  );
});
