/**
 * Bundles the built command line and its workers into dist/bundle. Node takes a third of a millisecond to find each
 * of some 300 modules; in a few files the same code starts in half the time. The library exports stay unbundled.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const OUT = 'dist/bundle';

/** Whoever uses them installs them. */
const optionalPeers = ['@aws-sdk/client-kms', '@aws-sdk/client-s3'];

/**
 * Only the server and its workers load them: started seldom, they need no bundle. Some look for files beside their own, as Cedar for its
 * WebAssembly, and would not find them.
 */
const packagesOfTheServer = [
  /^@cedar-policy\//,
  /^@fastify\//,
  /^@simplewebauthn\//,
  'fastify',
  'ioredis',
  /^kysely(\/|$)/,
  'openid-client',
  'pg',
  'pg-boss',
  'pino',
  'prom-client',
];

const bundle = await rolldown({
  input: {
    main: 'dist/cli/main.js',
    'scan-worker': 'dist/node/scan-worker.js',
    'hash-worker': 'dist/node/sign/hash-worker.js',
    'chunk-worker': 'dist/node/seal/chunk-worker.js',
    'copy-worker': 'dist/node/convert/copy-worker.js',
    'digest-worker': 'dist/store/blobs/digest-worker.js',
    'examiner-worker': 'dist/access/policies/examiner-worker.js',
    'job-thread': 'dist/server/jobs/job-thread.js',
  },
  platform: 'node',
  external: [...optionalPeers, ...packagesOfTheServer],
});
rmSync(OUT, { recursive: true, force: true });
const { output } = await bundle.write({ dir: OUT, format: 'esm', chunkFileNames: '[name]-[hash].js' });
await bundle.close();

const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
writeFileSync(join(OUT, 'LICENSES.txt'), licences(modules));
console.log(`bundle: ${modules.length} modules in ${output.length} files`);

/** The licence texts of the packages that ended up inside. */
function licences(moduleIds: readonly string[]): string {
  const folders = moduleIds.map((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? '');
  const texts = [...new Set(folders)].filter((folder) => folder !== '').map(licenceOf);
  return `The files in this folder contain these packages:\n\n${texts.sort().join('\n\n')}\n`;
}

function licenceOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const title = `${String(manifest['name'])} ${String(manifest['version'])} (${String(manifest['license'])})`;
  return `== ${title}\n\n${readFileSync(file === undefined ? standardText(folder, manifest) : join(folder, file), 'utf8').trim()}`;
}

/** Some packages only name their licence; this project's own is the one they name. */
function standardText(folder: string, manifest: Readonly<Record<string, unknown>>): string {
  if (manifest['license'] !== 'Apache-2.0') throw new Error(`${folder} has no licence file`);
  return 'LICENSE';
}
