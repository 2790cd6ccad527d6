import { dumps, g, call } from '../../build/pickle-value.ts';
import { gadgetGroups, type Gadget, type GadgetGroup } from '../gadget-table.ts';
import type { HostileCase } from '../case.ts';

/** Ordinary in honest files by themselves; only what is asked of them is not. */
const ORDINARY_IMPORTS = new Set(['copyreg:_reconstructor', 'copyreg:__newobj__', 'zoneinfo:ZoneInfo']);

const spellings = ['global', 'stack-global'] as const;

/** Every gadget of the table: called in both spellings of an import, and merely imported where that alone is strange. */
export const gadgetCases: readonly HostileCase[] = gadgetGroups.flatMap(casesOf);

function casesOf(group: GadgetGroup): HostileCase[] {
  const seen = new Map<string, number>();
  return group.gadgets.flatMap((gadget) => {
    const count = (seen.get(gadget[0]) ?? 0) + 1;
    seen.set(gadget[0], count);
    const id = `${group.name.replaceAll(' ', '-')}.${gadget[0]}${count === 1 ? '' : `.${count}`}`;
    const called = spellings.map((spelling) => calledCase(group, gadget, `gadget.${id}.${spelling}`, spelling));
    return group.importAlone && count === 1 && !ORDINARY_IMPORTS.has(gadget[0])
      ? [...called, importedCase(gadget, id)]
      : called;
  });
}

function calledCase(
  group: GadgetGroup,
  [target, args, origin]: Gadget,
  id: string,
  globals: (typeof spellings)[number],
): HostileCase {
  return {
    id,
    family: `gadgets: ${group.name}`,
    file: 'model.pkl',
    origin: origin ?? 'own',
    build: () => dumps(call(target, ...args), { globals }),
    expect: { verdict: group.call },
    stream: true,
  };
}

function importedCase([target, , origin]: Gadget, id: string): HostileCase {
  return {
    id: `import.${id}`,
    family: 'gadgets: imported only',
    file: 'model.pkl',
    origin: origin ?? 'own',
    build: () => dumps(g(target)),
    expect: { verdict: 'not-clean' },
    stream: true,
  };
}
