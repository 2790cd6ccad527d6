import { bytesText } from '../bytes-text.ts';
import { isCut, type AdmissionFacts } from '../facts.ts';
import { formatsOf, namedFormats } from '../format-groups.ts';
import type { Conditions } from '../policy-schema.ts';
import { type Answer, answer, type Ask, fewOf, unknown } from './answer.ts';

type Wanted<Key extends keyof Conditions> = NonNullable<Conditions[Key]>;
type Formats = NonNullable<AdmissionFacts['formats']>;
type Range = Wanted<'files'>;

export function formats({ any, only }: Wanted<'formats'>): Ask {
  const named = namedFormats(any ?? only ?? []);
  const has = ({ id }: Formats['items'][number]): boolean => formatsOf(id).some((one) => named.has(one));
  const isWithin = ({ id }: Formats['items'][number]): boolean => formatsOf(id).every((one) => named.has(one));
  return ({ facts: { formats: all } }) => {
    if (all === null) return unknown('the formats of the files are');
    return any === undefined ? onlyOf(all, isWithin) : anyOf(all, has);
  };
}

function onlyOf(all: Formats, isWithin: (one: Formats['items'][number]) => boolean): Answer {
  const others = all.items.filter((one) => !isWithin(one));
  if (others.length > 0) return answer(false, () => formatsText(others));
  // A version without a file is of no format: there is nothing to allow.
  if (all.items.length === 0) return answer(null, () => 'there is no file');
  return answer(isCut(all) ? null : true, () => formatsText(all.items));
}

function anyOf(all: Formats, has: (one: Formats['items'][number]) => boolean): Answer {
  const found = all.items.filter(has);
  if (found.length > 0) return answer(true, () => formatsText(found));
  return answer(isCut(all) ? null : false, () => formatsText(all.items));
}

function formatsText(found: Formats['items']): string {
  return `found the ${found.length === 1 ? 'format' : 'formats'} ${fewOf(found.map(({ id, example }) => `${id} (${example})`))}`;
}

export function files(wanted: Range): Ask {
  return ({ facts }) => within(wanted, facts.files, (count) => `it has ${count} ${count === 1 ? 'file' : 'files'}`);
}

export function bytes(wanted: Range): Ask {
  return ({ facts }) => within(wanted, facts.bytes, (count) => `it has ${bytesText(count)}`);
}

export function fileBytes(wanted: Range): Ask {
  return ({ facts: { largest } }) =>
    within(
      wanted,
      largest?.bytes ?? null,
      (count) => `its largest file, ${largest?.path ?? ''}, has ${bytesText(count)}`,
    );
}

const DAY_MS = 86_400_000;

export function examinedDaysAgo(wanted: Range): Ask {
  return ({ facts: { examinedAtMs }, nowMs }) => {
    // An examination that lies ahead is no young one: a clock was wrong.
    const days = examinedAtMs === null || examinedAtMs > nowMs + DAY_MS ? null : (nowMs - examinedAtMs) / DAY_MS;
    return within(wanted, days, (found) => `it was examined ${Math.max(0, Math.floor(found))} days ago`);
  };
}

function within({ moreThan, atMost }: Range, found: number | null, text: (found: number) => string): Answer {
  if (found === null) return unknown('its extent or age is');
  const holds = (moreThan === undefined || found > moreThan) && (atMost === undefined || found <= atMost);
  return answer(holds, () => text(found));
}

export function conversion(wanted: Wanted<'conversion'>): Ask {
  return ({ facts: { conversion: found } }) => {
    if (found === null) return unknown('whether conversion is needed is');
    if (found.needed.total === 0) return answer(wanted.includes('needless'), () => 'nothing has to be converted');
    const needed = `${fewOf(found.needed.items, found.needed.total)} must be converted`;
    if (found.refused === null) return untried(wanted, needed);
    if (found.refused.total === 0) return answer(wanted.includes('possible'), () => `${needed} and can be`);
    const { items, total } = found.refused;
    return answer(wanted.includes('impossible'), () => `cannot be converted: ${fewOf(items, total)}`);
  };
}

function untried(wanted: Wanted<'conversion'>, needed: string): Answer {
  const could = [wanted.includes('possible'), wanted.includes('impossible')];
  const holds = could.every((one) => one) ? true : could.some((one) => one) ? null : false;
  return answer(holds, () => `${needed}; whether that is possible is not known`);
}
