/** Seals or opens a file with age-encryption (typage), the way its README does: `typage.ts seal|open KEY IN OUT`. */
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { Decrypter, Encrypter } from 'age-encryption';

const [, , action, key = '', from = '', to = ''] = process.argv;
const input = Readable.toWeb(createReadStream(from, { highWaterMark: 1 << 20 })) as ReadableStream<Uint8Array>;
const output = Writable.toWeb(createWriteStream(to)) as WritableStream<Uint8Array>;
if (action === 'seal') {
  const encrypter = new Encrypter();
  encrypter.addRecipient(key);
  await (await encrypter.encrypt(input)).pipeTo(output);
} else {
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  await (await decrypter.decrypt(input)).pipeTo(output);
}
