#!/usr/bin/env node
// The launcher is plain old JavaScript on purpose: it must start on any Node to say what is missing.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as nodeModule from 'node:module';
import { constants, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const REQUIRED_MAJOR = 24;
const FAILED = 2;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** When a file was made, in milliseconds; 0 when it is not there. */
function builtAt(file) {
  try {
    return Math.max(1, statSync(file).mtimeMs);
  } catch {
    return 0;
  }
}

/** The bundled command line, which starts faster, unless the sources were compiled again after it was made. */
function entryPoint() {
  const bundled = join(root, 'dist', 'bundle', 'main.js');
  const plain = join(root, 'dist', 'cli', 'main.js');
  const at = builtAt(bundled);
  return at > 0 && at >= builtAt(join(root, 'dist', '.tsbuildinfo')) ? bundled : plain;
}

function fail(message) {
  process.stderr.write('vouchsafe: ' + message + '\n');
  process.exit(FAILED);
}

/** The Node that the `node` npm package put beside us, or null. */
function packagedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return builtAt(binary) > 0 ? binary : null;
  } catch {
    return null;
  }
}

/**
 * Compiled code is kept between runs, which halves the start-up. In the user's own cache folder: one that others
 * can write to, as the system's temporary folder is, would let them plant code.
 */
function keepCompiledCode() {
  if (process.env.NODE_COMPILE_CACHE !== undefined || typeof nodeModule.enableCompileCache !== 'function') return;
  try {
    nodeModule.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vouchsafe', 'code'));
  } catch {
    // No home directory: start without.
  }
}

/**
 * Parsing leaves much short-lived garbage, for which V8 would let the young generation grow to 48 MB and more. Kept at
 * its first size, every run stays 50 MB smaller and is no slower (measured on pickles, vocabularies and headers).
 */
function keepMemoryFlat() {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Runs the command line in another Node, as if it were this process: streams, signals, exit code. */
function runIn(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => {
    // A terminal sends its interrupt to the child as well; a second one would be heard twice.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  child.on('error', (error) => fail('cannot start ' + node + ': ' + error.message));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code === null ? FAILED : code);
    for (const each of signals) process.removeListener(each, forward);
    process.kill(process.pid, signal);
    // Signals that this Node ignores or that the parent blocks still must not look like success.
    setTimeout(() => process.exit(128 + (constants.signals[signal] || 0)), 200);
  });
}

const main = entryPoint();
if (builtAt(main) === 0) fail('not built yet: run `npm ci` (or `npm run build`) in ' + root);
if (Number.parseInt(process.versions.node, 10) >= REQUIRED_MAJOR) {
  keepCompiledCode();
  keepMemoryFlat();
  await import(pathToFileURL(main).href);
} else {
  const node = packagedNode();
  if (node === null)
    fail('needs Node ' + REQUIRED_MAJOR + ' or newer, this is ' + process.version + '; see nodejs.org');
  runIn(node);
}
