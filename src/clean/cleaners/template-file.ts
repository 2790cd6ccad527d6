import { readBytes } from '../../bytes/source.ts';
import { TextOffsets } from '../../formats/text-offsets.ts';
import { hiddenRanges } from '../../rules/text/hidden-characters.ts';
import { type Change, deletion, shown } from '../change.ts';
import { type CleanJob, defineCleaner, type Plan } from '../cleaner.ts';
import { TEMPLATE_RULES } from '../document/remedies.ts';
import { chooseTemplateBeside } from '../templates/choose.ts';

const MAX_SHOWN_BYTES = 2000;

/** A chat template in a file of its own: another one takes its place, or the file is left out. */
export const templateFile = defineCleaner({
  id: 'template-file',
  title: 'Chat templates in files of their own',
  formats: ['jinja'],
  plan(job) {
    const poisoned = job.findings.some(({ ruleId }) => TEMPLATE_RULES.has(ruleId));
    if (!poisoned) return withoutHidden(job);
    const whole = { start: 0, end: job.source.size };
    const was = shown(new TextDecoder().decode(readBytes(job.source, 0, MAX_SHOWN_BYTES)));
    const rules = [...new Set(job.findings.map(({ ruleId }) => ruleId))];
    const template = chooseTemplateBeside(job);
    if (template === null) return { edits: [], leaveOut: { place: '', rules, was, did: 'left out' } };
    const change: Change = { place: '', rules, was, did: `replaced by the template ${template.name}` };
    return { edits: [{ patches: [{ ...whole, bytes: new TextEncoder().encode(template.text) }], change }] };
  },
});

function withoutHidden({ source, limits, findings }: CleanJob): Plan {
  if (!findings.some(({ ruleId }) => ruleId === 'jinja-hidden-text')) return { edits: [] };
  const bytes = readBytes(source, 0, limits.maxTemplateBytes);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const offsets = new TextOffsets(text);
  return {
    edits: hiddenRanges(text, 'code').map(({ start, end }) => {
      const patch = deletion({ start: offsets.at(start), end: offsets.at(end) });
      const was = shown(text.slice(start, end));
      const change = { place: '', rules: ['jinja-hidden-text'], was, did: 'invisible characters cut out' };
      return { patches: [patch], change };
    }),
  };
}
