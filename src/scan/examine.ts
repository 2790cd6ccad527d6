import { FormatError, LimitError, ReadError } from '../bytes/errors.ts';
import { Budget, type Limits } from '../bytes/limits.ts';
import { PagedSource } from '../bytes/paged-source.ts';
import type { Source } from '../bytes/source.ts';
import { SpanSet } from '../bytes/span.ts';
import type { FacetName, Facets } from '../formats/facets.ts';
import { type CoverageRole, type Format, type Member, type ParseContext, Probe } from '../formats/format.ts';
import type { Notice } from '../formats/notice.ts';
import type { AnyRule, RuleContext, RulePolicy } from '../rules/rule.ts';
import { FindingCollector } from './finding-collector.ts';
import { selectFormats } from './select-formats.ts';
import type { ArtifactReport, Coverage } from './report.ts';

/** What an examination is made with. Nothing here is global, so tests and servers can run several side by side. */
export interface ExamineOptions {
  readonly formats: readonly Format[];
  readonly rules: readonly AnyRule[];
  readonly limits: Limits;
  readonly policy: RulePolicy;
  /** Parse as this format, whatever the bytes look like; nested members are still recognized. */
  readonly forcedFormat?: Format;
  /** True when a file of this name lies beside the one examined; without it nothing does. */
  readonly hasSibling?: (fileName: string) => boolean;
}

/**
 * Examines one file: recognizes what it is, takes it apart, lets the rules judge, and accounts for every byte.
 * Never throws for content; only a broken medium at the very start (ReadError) is the caller's to report.
 */
export function examine(source: Source, path: string, options: ExamineOptions): ArtifactReport {
  const started = performance.now();
  const examination = new Examination(path, options);
  const paged = new PagedSource(source);
  const formats = examination.artifact(paged, [], 'entry', options.forcedFormat);
  const { findings, verdict } = examination.collector.finish();
  return {
    path,
    format: formats.map((format) => format.id).join('+') || 'unknown',
    size: source.size,
    verdict,
    coverage: examination.coverage(source.size),
    findings,
    details: examination.details,
    milliseconds: Math.round((performance.now() - started) * 10) / 10,
  };
}

class Examination {
  readonly collector: FindingCollector;
  readonly details: Record<string, unknown> = {};
  readonly #path: string;
  readonly #options: ExamineOptions;
  readonly #budget: Budget;
  readonly #rulesByFacet: Map<FacetName, AnyRule[]>;
  readonly #roles: Record<CoverageRole, SpanSet> = {
    structure: new SpanSet(),
    payload: new SpanSet(),
    member: new SpanSet(),
    padding: new SpanSet(),
  };
  #members = 0;
  #membersExamined = 0;

  constructor(path: string, options: ExamineOptions) {
    this.#path = path;
    this.#options = options;
    this.#budget = new Budget(options.limits);
    this.collector = new FindingCollector(path, options.limits.maxFindingsPerRule);
    this.#rulesByFacet = Map.groupBy(options.rules, (rule) => rule.facet as FacetName);
  }

  /** Examines one artifact, nested or not, and returns the formats it was parsed as. */
  artifact(source: Source, members: readonly string[], role: Member['role'], forced?: Format): readonly Format[] {
    const path = members.at(-1) ?? this.#path;
    const { limits, policy } = this.#options;
    const ruleContext: RuleContext = { path, member: members.join('!/'), limits, policy };
    const notify = (notice: Notice): void => {
      if (role === 'entry' || !MERE_DAMAGE.has(notice.code)) this.#emit('notice', notice, members, ruleContext);
    };
    const problems = new Problems(notify);
    const covered = members.length === 0 ? this.#roles : undefined;
    const seen = new SpanSet();
    let formats: readonly Format[] = [];
    problems.guard(() => {
      this.#budget.checkTime();
      const probe = new Probe(source, path, this.#budget, members.length === 0 ? this.#options.hasSibling : undefined);
      if (probe.head.length === 0) return this.#empty(role, notify);
      formats = forced === undefined ? selectFormats(this.#options.formats, probe) : [forced];
      if (formats.length === 0) return this.#unrecognized(role, source, notify);
      if (members.length > 0 && role === 'entry') this.#membersExamined += 1;
      if (formats.length > 1) notify({ code: 'polyglot', detail: formats.map((f) => f.id).join(' and ') });
    });
    for (const format of formats) {
      const context = this.#context(source, members, ruleContext, problems, (start, end, coverageRole) => {
        // A file's own numbers may lead a parser to claim what is not there.
        const from = Math.max(0, start);
        seen.add(from, end);
        if (covered !== undefined) covered[coverageRole].add(from, Math.min(end, source.size));
      });
      problems.guard(() => format.parse(context));
    }
    if (formats.length > 0 && !problems.fatal) problems.guard(() => reportGaps(source, seen, notify));
    return formats;
  }

  coverage(bytes: number): Coverage {
    const { structure, member, payload, padding } = this.#roles;
    const all = new SpanSet();
    for (const set of [structure, member, payload, padding]) {
      for (const span of set.spans()) all.add(span.start, Math.min(span.end, bytes));
    }
    const unaccounted = bytes - all.bytes;
    return {
      bytes,
      structure: structure.bytes,
      payload: payload.bytes,
      member: member.bytes,
      padding: padding.bytes,
      unaccounted,
      members: this.#members,
      membersExamined: this.#membersExamined,
      complete: unaccounted === 0 && this.#members === this.#membersExamined,
    };
  }

  #context(
    source: Source,
    members: readonly string[],
    ruleContext: RuleContext,
    problems: Problems,
    cover: ParseContext['cover'],
  ): ParseContext {
    return {
      source,
      path: ruleContext.path,
      limits: this.#options.limits,
      budget: this.#budget,
      emit: (facet, value) => this.#emit(facet, value, members, ruleContext),
      member: (member) => this.#member(member, members, problems),
      cover,
      flaw: (error) => problems.note(error),
      detail: (name, value) => {
        this.#detailsOf(members)[name] = value;
      },
    };
  }

  #detailsOf(members: readonly string[]): Record<string, unknown> {
    if (members.length === 0) return this.details;
    const all = (this.details['members'] ??= Object.create(null)) as Record<string, Record<string, unknown>>;
    return (all[members.join('!/')] ??= {});
  }

  #member(member: Member, parents: readonly string[], problems: Problems): void {
    const { maxNestingDepth } = this.#options.limits;
    problems.guard(() => {
      if (member.role === 'entry') {
        this.#budget.spendMember();
        this.#members += 1;
      }
      if (parents.length >= maxNestingDepth) {
        throw LimitError.of('maxNestingDepth', maxNestingDepth, `${parents.join('!/')}!/${member.name}`);
      }
      this.artifact(new PagedSource(member.source), [...parents, member.name], member.role, member.as);
    });
  }

  #emit<Name extends FacetName>(
    facet: Name,
    value: Facets[Name],
    members: readonly string[],
    context: RuleContext,
  ): void {
    const rules = this.#rulesByFacet.get(facet);
    if (rules === undefined) return;
    for (const rule of rules) {
      try {
        rule.check(value, (hit) => this.collector.add(rule, hit, members), context);
      } catch (error) {
        if (facet === 'notice') throw error;
        this.#emit('notice', ruleFailed(rule.id, error), members, context);
      }
    }
  }

  #empty(role: Member['role'], notify: (notice: Notice) => void): void {
    this.#membersExamined += role === 'entry' ? 1 : 0;
    if (role === 'entry') notify({ code: 'empty-file', detail: 'the file has no bytes' });
  }

  #unrecognized(role: Member['role'], source: Source, notify: (notice: Notice) => void): void {
    if (role === 'constant') return;
    notify({
      code: 'unrecognized-format',
      detail: `${source.size} bytes of no known format`,
      span: { start: 0, end: source.size },
    });
  }
}

/** What says nothing about a constant: it was only looked at in case it hides something, and most do not. */
const MERE_DAMAGE: ReadonlySet<Notice['code']> = new Set([
  'malformed',
  'empty-file',
  'unaccounted-bytes',
  'unrecognized-format',
  'unsupported-feature',
  'polyglot',
]);

/** Turns what parsing throws into notices, and remembers whether parsing was cut short. */
class Problems {
  readonly #notify: (notice: Notice) => void;
  fatal = false;

  constructor(notify: (notice: Notice) => void) {
    this.#notify = notify;
  }

  note(error: FormatError | LimitError): void {
    this.#notify(noticeOf(error));
  }

  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fatal = true;
      this.#notify(noticeOf(error));
    }
  }
}

function noticeOf(error: unknown): Notice {
  if (error instanceof LimitError) return { code: 'limit-exceeded', detail: error.message, data: error.data };
  if (error instanceof ReadError) return { code: 'unreadable', detail: error.message };
  if (error instanceof FormatError) {
    const span = { start: error.offset, end: error.offset };
    const code =
      error.code === 'unsupported' ? 'unsupported-feature' : error.code === 'encrypted' ? 'encrypted' : 'malformed';
    return { code, detail: error.message, span, data: error.data };
  }
  return { code: 'internal-error', detail: describe(error) };
}

function ruleFailed(ruleId: string, error: unknown): Notice {
  return { code: 'internal-error', detail: `rule ${ruleId} failed: ${describe(error)}`, data: { ruleId } };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function reportGaps(source: Source, seen: SpanSet, notify: (notice: Notice) => void): void {
  for (const gap of seen.gaps(source.size)) {
    const detail = `${gap.end - gap.start} bytes at offset ${gap.start} belong to nothing that was understood`;
    notify({ code: 'unaccounted-bytes', detail, span: gap });
  }
}
