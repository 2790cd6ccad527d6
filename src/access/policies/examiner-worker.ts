import { parentPort } from 'node:worker_threads';
import { checkPolicies } from './check-policies.ts';
import type { Examination, Examined } from './examination.ts';
import { PreparedPolicies } from './prepared-policies.ts';

/** The last text that was asked: questions about one proposal come in a row. */
let last: { readonly text: string; readonly prepared: PreparedPolicies } | undefined;

function prepare(text: string): PreparedPolicies {
  if (last?.text === text) return last.prepared;
  last?.prepared.dispose();
  last = undefined;
  const prepared = new PreparedPolicies(text);
  last = { text, prepared };
  return prepared;
}

function examine(examination: Examination): Examined {
  if (examination.kind === 'check') return { check: checkPolicies(examination.text) };
  const prepared = prepare(examination.text);
  if (examination.kind === 'names') return { named: prepared.named };
  return { outcomes: examination.requests.map((request) => prepared.evaluate(request)) };
}

const port = parentPort;
if (port === null) throw new Error('not a worker thread');
port.on('message', (examination: Examination) => {
  try {
    port.postMessage(examine(examination));
  } catch (error) {
    port.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies Examined);
  }
});
