import { createHmac } from 'node:crypto';

/** RFC 9180 with HKDF-SHA-256 and ChaCha20-Poly1305 in base mode, for one message: as much of it as age uses. */
const VERSION = 'HPKE-v1';
/** RFC 9180 section 7.2 and 7.3. */
const KDF_HKDF_SHA256 = 0x0001;
const AEAD_CHACHA20_POLY1305 = 0x0003;
const MODE_BASE = 0;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const EMPTY = Buffer.alloc(0);

/** Key and nonce for the first and only message: section 5.1, KeySchedule. */
export function hpkeKeySchedule(kemId: number, sharedSecret: Buffer, info: string): { key: Buffer; nonce: Buffer } {
  const suite = Buffer.alloc(10);
  suite.write('HPKE', 'latin1');
  suite.writeUInt16BE(kemId, 4);
  suite.writeUInt16BE(KDF_HKDF_SHA256, 6);
  suite.writeUInt16BE(AEAD_CHACHA20_POLY1305, 8);
  const pskIdHash = labeledExtract(suite, EMPTY, 'psk_id_hash', EMPTY);
  const infoHash = labeledExtract(suite, EMPTY, 'info_hash', Buffer.from(info));
  const context = Buffer.concat([Buffer.of(MODE_BASE), pskIdHash, infoHash]);
  const secret = labeledExtract(suite, sharedSecret, 'secret', EMPTY);
  const key = labeledExpand(suite, secret, 'key', context).subarray(0, KEY_BYTES);
  const nonce = labeledExpand(suite, secret, 'base_nonce', context, NONCE_BYTES);
  secret.fill(0);
  return { key, nonce };
}

/** Section 4, LabeledExtract. */
function labeledExtract(suite: Buffer, salt: Buffer, label: string, secret: Buffer): Buffer {
  return createHmac('sha256', salt).update(VERSION).update(suite).update(label).update(secret).digest();
}

/** Section 4, LabeledExpand, of at most 32 bytes: one block of HKDF-Expand. */
function labeledExpand(suite: Buffer, key: Buffer, label: string, info: Buffer, length = KEY_BYTES): Buffer {
  const lengthBytes = Buffer.of(0, length);
  const hmac = createHmac('sha256', key).update(lengthBytes).update(VERSION).update(suite).update(label);
  return hmac.update(info).update(Buffer.of(1)).digest().subarray(0, length);
}
