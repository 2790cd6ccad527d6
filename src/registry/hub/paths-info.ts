import { z } from 'zod';
import { HubError } from './errors.ts';
import { type EntryOptions, fileEntry, folderEntry, type ReleasedFile } from './file-entries.ts';
import { filesBelow } from './list-tree.ts';

/** As many as a version may have files. */
const MAX_PATHS = 10_000;
const truth = z.union([z.boolean(), z.stringbool()]).catch(false);
const request = z.object({
  paths: z.union([z.string().transform((path) => [path]), z.array(z.string()).max(MAX_PATHS)]),
  expand: truth.default(false),
});

/** @throws HubError `hub-request-wrong` */
export function readPathsRequest(body: unknown): z.output<typeof request> {
  const parsed = request.safeParse(body);
  if (!parsed.success) throw HubError.of('hub-request-wrong', `expected paths, ${MAX_PATHS} at most`);
  return parsed.data;
}

/** What is known of each path; nothing of those that are not there. */
export function pathsInfo(
  files: readonly ReleasedFile[],
  paths: readonly string[],
  options: EntryOptions,
): readonly ReturnType<typeof fileEntry>[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return [...new Set(paths)].flatMap((asked) => {
    const path = asked.replaceAll(/^\/|\/$/g, '');
    const file = byPath.get(path);
    if (file !== undefined) return [fileEntry(file, options)];
    return path === '' || filesBelow(files, path).length === 0 ? [] : [folderEntry(path, options)];
  });
}
