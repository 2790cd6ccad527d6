import { SignError } from '../sign/errors.ts';
import { parseStrictJson } from '../sign/strict-json.ts';
import { BomError } from './errors.ts';

/**
 * Reads a document as strictly as one that is attested: no key twice, of which two readers could keep different ones,
 * and no nesting that would exhaust the stack of whoever checks it. @throws BomError `not-a-bom`.
 */
export function parseBom(bytes: Uint8Array, file: string): unknown {
  try {
    return parseStrictJson(bytes, { code: 'attestation-invalid', what: 'the document' });
  } catch (error) {
    if (!(error instanceof SignError)) throw error;
    throw BomError.of('not-a-bom', { file, reason: error.message.replace(/^.*?: /, '') }, error);
  }
}
