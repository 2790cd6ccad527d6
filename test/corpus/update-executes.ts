/** Asks the Pythons given as arguments which streams fire, and writes `executes.json`. Takes minutes. */
import { writeFileSync } from 'node:fs';
import { askFires } from './ask-fires.ts';
import { executesFile } from './executes.ts';
import { hostileCases } from './index.ts';

const pythons = process.argv.length > 2 ? process.argv.slice(2) : ['python3'];
const fired = new Map<string, readonly string[]>();
for (const python of pythons)
  for (const [id, events] of askFires(python, hostileCases)) fired.set(id, fired.get(id) ?? events);
const sorted = [...fired].sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(
  executesFile,
  `{\n${sorted.map(([id, events]) => `  ${JSON.stringify(id)}: ${JSON.stringify(events)}`).join(',\n')}\n}\n`,
);
console.log(`${fired.size} streams fire`);
