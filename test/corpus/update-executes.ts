/** Asks the Pythons given as arguments which streams fire, and writes `executes.json`. Takes minutes. */
import { writeFileSync } from 'node:fs';
import { askFires } from './ask-fires.ts';
import { executesFile } from './executes.ts';
import { hostileCases } from './index.ts';

const pythons = process.argv.length > 2 ? process.argv.slice(2) : ['python3'];
const fired = new Map<string, readonly string[]>();
for (const python of pythons)
  for (const [id, events] of askFires(python, hostileCases)) fired.set(id, fired.get(id) ?? events);
const sorted = [...fired].filter(([id]) => !isImportsOwn(id)).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(
  executesFile,
  `{\n${sorted.map(([id, events]) => `  ${JSON.stringify(id)}: ${JSON.stringify(events)}`).join(',\n')}\n}\n`,
);
console.log(`${sorted.length} streams fire`);

/** True for what the mere import of the module reaches as well: a library opens a socket to see whether it can. */
function isImportsOwn(id: string): boolean {
  const twin = id.replace(/^gadget\./, 'import.').replace(/\.(global|stack-global)$/, '');
  return id.startsWith('import.') || (twin !== id && fired.has(twin));
}
