import type { Reference } from '../rule.ts';

/** A model of the supply chain that runs something when loaded: ATLAS and OWASP LLM03. */
export const SUPPLY_CHAIN: readonly Reference[] = [
  { kind: 'ATLAS', id: 'AML.T0010.003' },
  { kind: 'ATLAS', id: 'AML.T0011.000' },
  { kind: 'OWASP', id: 'LLM03' },
];

/** Data leaving through a model file. */
export const DISCLOSURE: readonly Reference[] = [
  { kind: 'ATLAS', id: 'AML.T0025' },
  { kind: 'OWASP', id: 'LLM02' },
];

/** A model whose behaviour was changed. */
export const TAMPERING: readonly Reference[] = [
  { kind: 'ATLAS', id: 'AML.T0018' },
  { kind: 'OWASP', id: 'LLM04' },
];
