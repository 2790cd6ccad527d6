/** Runs dependency-cruiser over src/ and web/src/ and fails when a layer is broken, or when suspiciously few modules were seen. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const MAX_REPORT_BYTES = 256 * 1024 * 1024;

interface CruiseReport {
  readonly summary: {
    readonly totalCruised: number;
    readonly totalDependenciesCruised: number;
    readonly violations: readonly { rule: { name: string }; from: string; to: string }[];
  };
}

const FOLDERS = ['src', 'web/src'];
const onDisk = FOLDERS.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' })).filter((file) =>
  /\.tsx?$/.test(file),
).length;
const report = JSON.parse(
  execFileSync(
    'node_modules/.bin/depcruise',
    [...FOLDERS, '--config', '.dependency-cruiser.json', '--output-type', 'json'],
    {
      encoding: 'utf8',
      maxBuffer: MAX_REPORT_BYTES,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  ),
) as CruiseReport;

const { totalCruised, totalDependenciesCruised, violations } = report.summary;
for (const { rule, from, to } of violations) console.error(`${rule.name}: ${from} -> ${to}`);
if (totalCruised < onDisk || totalDependenciesCruised < onDisk) {
  console.error(
    `layers: only ${totalCruised} modules and ${totalDependenciesCruised} imports seen, ${onDisk} files on disk`,
  );
  process.exit(1);
}
console.log(`layers: ${totalCruised} modules, ${totalDependenciesCruised} imports, ${violations.length} violations`);
process.exit(violations.length === 0 ? 0 : 1);
