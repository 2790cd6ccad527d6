import type { Answer, OriginKind, Reason } from './schema.ts';

export const QUESTION = 'May this model be used?';

/** The answer in one word or two, and what it means. */
export const ANSWERS: Readonly<Record<Answer, { readonly word: string; readonly sentence: string }>> = {
  yes: { word: 'Yes', sentence: 'As far as its files can tell, nothing stands against using this model.' },
  conditionally: {
    word: 'Yes, with open points',
    sentence:
      'Nothing was found that would have to stop you. What is open is listed here, such as proof of where the model comes from: decide whether you accept that.',
  },
  'not-yet': {
    word: 'Not yet',
    sentence:
      'Somebody has to look first: something is unusual, was not understood, or does not fit together. It may turn out to be harmless.',
  },
  no: { word: 'No', sentence: 'Do not use this model. The reasons that are against it come first.' },
};

export const WEIGHTS: Readonly<Record<Reason['weight'], string>> = {
  blocks: 'Against it',
  undecided: 'To decide',
  open: 'Open',
  supports: 'In favour',
};

export const ORIGINS: Readonly<Record<OriginKind, string>> = {
  measured: 'measured now',
  stated: 'stated by a file',
};

/** What no look at files can tell; said in every report. */
export const LIMITS =
  'This report is about files. It says whether they do something when they are loaded, whether they are what somebody signed, and what they state about themselves. It says nothing about how well the model works, whether its answers are right or fair, or whether what it states is true.';

const PARAMETER_UNITS = ['', ' thousand', ' million', ' billion', ' trillion'] as const;

/** `6.74 billion` */
export function parameterText(parameters: number): string {
  let value = parameters;
  let unit = 0;
  while (value >= 999.5 && unit < PARAMETER_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toPrecision(3)}${PARAMETER_UNITS[unit] ?? ''}`;
}
