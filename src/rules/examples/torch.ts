import { buildZip } from './zip.ts';
import { bytesOf } from './pickle.ts';

/** A zip file as torch writes it: members under one root, stored. Text is taken byte by byte. */
export function torchArchive(members: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  return buildZip(
    Object.entries(members).map(([name, content]) => ({
      name,
      content: typeof content === 'string' ? bytesOf(content) : content,
    })),
  );
}

/** A pickle of protocol 2, which torch.save writes: header, body, STOP. */
export function pickle2(body: string): Uint8Array {
  return bytesOf(0x80, 2, body, '.');
}
