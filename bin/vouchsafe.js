#!/usr/bin/env node
// The launcher is plain old JavaScript on purpose: it must start on any Node to say what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const REQUIRED_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'dist', 'cli', 'main.js');

/** The Node that the `node` npm package put beside us, or null. */
function packagedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

function fail(message) {
  process.stderr.write(`vouchsafe: ${message}\n`);
  process.exit(2);
}

if (!existsSync(main)) fail('not built yet: run `npm ci` (or `npm run build`) in ' + root);
if (Number.parseInt(process.versions.node, 10) >= REQUIRED_MAJOR) {
  await import(pathToFileURL(main).href);
} else {
  const node = packagedNode();
  if (node === null)
    fail(`needs Node ${REQUIRED_MAJOR} or newer, this is ${process.version}; install it, or run \`npm ci\` here`);
  const child = spawnSync(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (child.error) fail(`cannot start ${node}: ${child.error.message}`);
  if (child.signal) process.kill(process.pid, child.signal);
  process.exit(child.status ?? 2);
}
