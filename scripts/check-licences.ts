/**
 * Checks what the lock file brings in: every package that users get has a licence that allows what we do, every package has the hash of its
 * content, and none runs a script when it is installed but those that `allowScripts` of the manifest names.
 */
import { readFileSync } from 'node:fs';

/** May be used, changed and passed on in a product under Apache-2.0; the licences of fonts cover the console's files alone. */
const allowed = new Set([
  '(MIT OR CC0-1.0)',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'OFL-1.1',
  'Unlicense',
]);

/** Fewer would mean that the lock file was not read as it is meant. */
const MIN_PACKAGES = 100;

interface LockedPackage {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly license?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

interface Manifest {
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
const { allowScripts = {} } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

const installed = Object.entries(packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

const faults = installed.flatMap(([path, { dev, license, integrity, hasInstallScript }]) => {
  const name = nameOf(path);
  return [
    ...(dev === true || allowed.has(license ?? '') ? [] : [`${name}: licence ${license ?? 'unknown'} is not allowed`]),
    ...(integrity?.startsWith('sha512-') === true ? [] : [`${name}: no SHA-512 in the lock file`]),
    ...(hasInstallScript !== true || name in allowScripts ? [] : [`${name}: runs a script when it is installed`]),
  ];
});
if (installed.length < MIN_PACKAGES) faults.push(`only ${installed.length} packages seen`);

for (const fault of faults) console.error(`licences: ${fault}`);
const shipped = installed.filter(([, { dev }]) => dev !== true).length;
console.log(`licences: ${installed.length} packages, ${shipped} of them for users, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
