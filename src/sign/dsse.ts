/** Dead Simple Signing Envelope, protocol v1.0.0. */

export const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** The bytes that are signed: type and payload, each with its length, so that neither can pass for the other. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/**
 * What version 0.2 of the Python reference signed by mistake: another prefix, and in place of the payload how Python
 * writes a bytes object. Only for statements of that version.
 */
export function legacyPreAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEV1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.from(head + pythonBytesLiteral(payload), 'latin1');
}

const ESCAPES: Readonly<Record<number, string>> = { 0x09: '\\t', 0x0a: '\\n', 0x0d: '\\r', 0x5c: '\\\\' };

/** `repr(bytes)`: double quotes only where the content has single ones and no double ones. */
function pythonBytesLiteral(bytes: Uint8Array): string {
  const quote = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'";
  const parts = Array.from(bytes, (byte) => {
    const escape = ESCAPES[byte];
    if (escape !== undefined) return escape;
    if (byte === 0x27 && quote === "'") return "\\'";
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `b${quote}${parts.join('')}${quote}`;
}
