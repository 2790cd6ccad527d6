import { describe, expect, it } from 'vitest';
import type { Finding } from './documents.ts';
import { excerptFor } from './excerpt.ts';

const finding = (some: Partial<Finding>): Finding => ({
  ruleId: 'pickle-unlisted-call',
  severity: 'critical',
  title: '',
  message: '',
  location: { path: 'a.pkl', member: undefined, offset: 24, length: 1, pointer: undefined },
  references: [],
  data: {},
  occurrences: 1,
  suppressed: undefined,
  ...some,
});

const pickle = {
  member: '',
  title: 'pickle',
  omitted: 0,
  lines: [
    { offset: 0, text: 'from os import system' },
    { offset: 24, text: 'v0 = os.system("x")' },
    { offset: 25, text: 'return v0' },
  ],
};

describe('what stands at the place of a finding', () => {
  it('is the statement at its offset, with what is around', () => {
    const excerpt = excerptFor(finding({}), [{ path: 'a.pkl', parts: [pickle] }]);
    expect(excerpt?.lines.map(({ isIt }) => isIt)).toEqual([false, true, false]);
    expect(excerpt).toMatchObject({ title: 'pickle', before: 0, after: 0 });
  });

  it('is found by the words of the finding where lines have no offsets', () => {
    const lines = Array.from({ length: 40 }, (_, index) => ({
      offset: undefined,
      text: index === 30 ? 'x.__class__' : 'y',
    }));
    const template = { member: '', title: 'chat template default', omitted: 0, lines };
    const excerpt = excerptFor(finding({ ruleId: 'jinja-ssti', data: { name: '__class__' } }), [
      { path: 'a.pkl', parts: [template] },
    ]);
    expect(excerpt?.lines.find(({ isIt }) => isIt)?.index).toBe(30);
    expect(excerpt).toMatchObject({ before: 23, after: 2 });
  });

  it('is found for a call, whatever it is called with', () => {
    const template = {
      member: '',
      title: 'chat template',
      omitted: 0,
      lines: [{ offset: undefined, text: "os.popen('id')" }],
    };
    const excerpt = excerptFor(finding({ ruleId: 'jinja-ssti', data: { what: 'calls', name: 'popen()' } }), [
      { path: 'a.pkl', parts: [template] },
    ]);
    expect(excerpt?.lines).toMatchObject([{ text: "os.popen('id')", isIt: true }]);
  });

  it('is nothing for another file or member', () => {
    expect(excerptFor(finding({}), [{ path: 'b.pkl', parts: [pickle] }])).toBeNull();
    expect(excerptFor(finding({}), [{ path: 'a.pkl', parts: [{ ...pickle, member: 'x' }] }])).toBeNull();
  });
});
