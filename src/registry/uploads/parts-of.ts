/** A file cut into parts of one size; the last may be shorter. An empty file has none. */
export interface CutFile {
  readonly bytes: number;
  readonly partBytes: number;
}

export const countParts = ({ bytes, partBytes }: CutFile): number => Math.ceil(bytes / partBytes);

/** Bytes of a part by its number, from 0; undefined where there is no such part. */
export function bytesOfPart(file: CutFile, part: number): number | undefined {
  if (part < 0 || part >= countParts(file)) return undefined;
  return Math.min(file.partBytes, file.bytes - part * file.partBytes);
}
