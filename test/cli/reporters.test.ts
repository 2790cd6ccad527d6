import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Log } from 'sarif';
import { describe, expect, test } from 'vitest';
import { plainTheme } from '../../src/cli/render/theme.ts';
import { renderTerminal } from '../../src/cli/render/terminal.ts';
import { sha256Text } from '../../src/node/digest.ts';
import { rules } from '../../src/rules/index.ts';
import { parseReport } from '../../src/scan/report-schema.ts';
import { renderJson } from '../../src/scan/reporters/json.ts';
import { renderHtml } from '../../src/scan/reporters/html.ts';
import { renderJunit } from '../../src/scan/reporters/junit.ts';
import { renderMarkdown } from '../../src/scan/reporters/markdown.ts';
import { renderSarif } from '../../src/scan/reporters/sarif.ts';
import { artifactOf, findingOf, HOSTILE_NAME, reportOf, sampleReport } from './sample-report.ts';

const context = { rules, digest: sha256Text };
// oxlint-disable-next-line no-control-regex -- the characters a terminal obeys
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

const renderers = {
  json: renderJson,
  sarif: (report: ReturnType<typeof sampleReport>) => renderSarif(report, context),
  junit: renderJunit,
  markdown: (report: ReturnType<typeof sampleReport>) => renderMarkdown(report, context),
  html: (report: ReturnType<typeof sampleReport>) => renderHtml(report, context),
  terminal: (report: ReturnType<typeof sampleReport>) =>
    renderTerminal(report, { theme: plainTheme, rules, level: 'verbose' }),
};

describe.each(Object.entries(renderers))('every reporter: %s', (_, render) => {
  test('shows hidden and control characters instead of passing them on (CVE-2021-42574, CWE-150)', () => {
    const text = render(sampleReport());
    expect(text).not.toMatch(OBEYED);
    expect(text).not.toMatch(LONE_SURROGATE);
    expect(text.isWellFormed()).toBe(true);
  });

  test('has something to say about nothing', () => {
    expect(render(reportOf([])).length).toBeGreaterThan(20);
  });
});

/** The official schema is written in JSON Schema draft 4, of which it uses what draft 7 has too, but for the name of `$id`. */
function sarifValidator() {
  const text = readFileSync(new URL('../fixtures/sarif/sarif-schema-2.1.0.json', import.meta.url), 'utf8');
  const { id: _, $schema: __, ...schema } = JSON.parse(text) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

describe('JSON', () => {
  test('follows its schema and comes back unchanged but for lone surrogates', () => {
    const report = reportOf([artifactOf(), artifactOf({ verdict: 'inconclusive', findings: [findingOf()] })]);
    expect(parseReport(renderJson(report))).toEqual(report);
  });

  test('the published schema accepts it (draft 2020-12)', () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../docs/schema/report.schema.json', import.meta.url), 'utf8'),
    ) as object;
    const ajv = new Ajv2020({ allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(schema);
    expect(validate(JSON.parse(renderJson(sampleReport()))), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...sampleReport(), verdict: 'fine' })).toBe(false);
  });

  test('keeps one line for each artifact', () => {
    const lines = renderJson(sampleReport()).split('\n');
    expect(lines.filter((line) => line.startsWith('    {"path"'))).toHaveLength(4);
  });
});

describe('SARIF', () => {
  const validate = sarifValidator();
  const log = JSON.parse(renderSarif(sampleReport(), context)) as Log;
  const run = log.runs[0];

  test('is valid against the schema of the OASIS standard', () => {
    expect(validate(log), JSON.stringify(validate.errors, null, 1)).toBe(true);
    expect(validate(JSON.parse(renderSarif(reportOf([]), context)))).toBe(true);
    expect(validate({ ...log, runs: [{ ...run, results: [{ level: 'bad' }] }] })).toBe(false);
  });

  test('maps severities to levels and scores', () => {
    expect(run?.results?.map((result) => result.level)).toEqual(['error', 'note', 'warning', 'warning']);
    const scores = run?.tool.driver.rules?.map((rule) => rule.properties?.['security-severity'] as string);
    expect(scores).toEqual(['9.5', '5.5']);
  });

  test('gives regions only for offsets of the file itself, and members as logical locations (3.33)', () => {
    const places = run?.results?.map((result) => result.locations?.[0]) ?? [];
    const regions = places.map((place) => place?.physicalLocation?.region);
    expect(regions.slice(0, 3)).toEqual([
      undefined,
      { byteOffset: 24, byteLength: 8 },
      { byteOffset: 24, byteLength: 8 },
    ]);
    expect(places[0]?.logicalLocations).toHaveLength(1);
    expect(places[0]).toMatchObject({ logicalLocations: [{ kind: 'member' }], properties: { memberOffset: 7 } });
  });

  test('writes paths as URI references', () => {
    const uris = run?.artifacts?.map((artifact) => artifact.location?.uri ?? '') ?? [];
    expect(uris[0]).toMatch(/^sub%20dir\/a%1B/);
    expect(uris[1]).toBe('file:///abs/broken.pt');
    for (const uri of uris) expect(() => new URL(uri, 'file:///root/')).not.toThrow();
  });

  test('fingerprints survive moved bytes and change with the evidence', () => {
    const print = (change: Parameters<typeof findingOf>[0]): string => {
      const report = reportOf([artifactOf({ verdict: 'inconclusive', findings: [findingOf(change)] })]);
      const log = JSON.parse(renderSarif(report, context)) as Log;
      return log.runs[0]?.results?.[0]?.partialFingerprints?.['vouchsafe/v1'] ?? '';
    };
    const base = print({});
    expect(base).toMatch(/^[0-9a-f]{64}$/);
    expect(print({ location: { path: 'model.pt', offset: 99 } })).toBe(base);
    expect(print({ location: { path: './model.pt', offset: 99 } })).toBe(base);
    expect(print({ data: { wanted: 9 } })).not.toBe(base);
    expect(print({ location: { path: 'other.pt' } })).not.toBe(base);
  });

  test('carries acceptance as suppressions (3.35)', () => {
    const accepted = run?.results?.at(-1);
    expect(accepted?.suppressions?.[0]).toMatchObject({ kind: 'external', status: 'accepted' });
  });
});

describe('JUnit', () => {
  const xml = renderJunit(sampleReport());

  test('is well-formed XML', () => {
    const open: string[] = [];
    const body = xml.replace(/^<\?xml[^>]*\?>\n/, '');
    for (const [, close, name, attributes, self] of body.matchAll(
      /<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*(?:&[a-z]+;[^"<&]*)*")*)(\/?)>/g,
    )) {
      expect(attributes).toBeDefined();
      if (close === '/') expect(open.pop()).toBe(name);
      else if (self === '') open.push(name ?? '');
    }
    expect(open).toEqual([]);
    const text = body.replaceAll(/<\/?[a-z]+(?: [a-z]+="[^"]*")*\/?>/g, '');
    expect(text).not.toMatch(/<|&(?!amp;|lt;|gt;|quot;)/);
  });

  test('counts failures and errors', () => {
    expect(xml).toContain('tests="4" failures="1" errors="1"');
    expect(xml.match(/<failure /g)).toHaveLength(1);
    expect(xml.match(/<error /g)).toHaveLength(1);
  });
});

describe('Markdown', () => {
  test('keeps what comes from files inside code spans (CommonMark 6.1)', () => {
    const text = renderMarkdown(sampleReport(), context);
    const outside = text.replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
    expect(outside).not.toContain('<script>');
    expect(outside).not.toContain('@me');
    expect(outside).not.toContain('http://x');
  });

  test('fits into a comment, and says what was left out', () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      artifactOf({ path: `${index}.pt`, verdict: 'inconclusive', findings: [findingOf()] }),
    );
    const text = renderMarkdown(reportOf(many), context);
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/and [\d,]+ more files that are not clean/);
  });
});

describe('HTML', () => {
  const html = renderHtml(sampleReport(), context);

  test('allows its own style sheet by hash and nothing else', () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(html).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
  });

  test('holds no script, no handler, no style attribute, nothing remote, and no markup of a file', () => {
    const known =
      /^(?:!doctype|html|head|meta|title|style|body|main|div|h[123]|p|b|strong|small|code|span|label|input|details|summary|table|tr|td|th|ul|li|a)$/;
    for (const [, name] of html.matchAll(/<\/?([!a-z0-9]+)/gi)) expect(name?.toLowerCase()).toMatch(known);
    expect(html).not.toMatch(/<[^>]* (?:on[a-z]+|style|src)=/i);
    expect(html).toContain('&lt;script&gt;');
  });
});

describe('terminal', () => {
  const render = (level: 'quiet' | 'normal' | 'verbose'): string =>
    renderTerminal(sampleReport(), { theme: plainTheme, rules, level });

  test('reads at a glance', () => {
    expect(render('normal')).toMatchSnapshot();
  });

  test('quiet: one line for each file that is not clean', () => {
    expect(render('quiet').trimEnd().split('\n')).toHaveLength(2);
  });

  test('verbose: accepted findings, evidence and references too', () => {
    expect(render('verbose')).toContain('accepted by policy');
    expect(render('verbose')).toContain('https://cwe.mitre.org/data/definitions/754.html');
    expect(render('verbose')).toContain('clean.pt');
  });

  test('keeps to the width', () => {
    const narrow = { ...plainTheme, width: 60 };
    const text = renderTerminal(sampleReport(), { theme: narrow, rules, level: 'normal' });
    const body = text.split('\n').filter((line) => line.startsWith(' '.repeat(12)));
    expect(body.length).toBeGreaterThan(5);
    for (const line of body) expect(line.length).toBeLessThanOrEqual(60);
  });

  test('a name with a line break stays on its line', () => {
    expect(render('quiet')).not.toContain('\n# x');
    expect(HOSTILE_NAME).toContain('\n# x');
  });
});
