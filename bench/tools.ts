import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** A program to be measured on a path. */
export interface Tool {
  readonly name: string;
  /** The command line, or null when the tool does not take such a target. */
  command(target: string, isFolder: boolean): readonly string[] | null;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A scanner written in Python: found through `PYTHONPATH` from an environment variable, else if installed. */
interface PythonPeer {
  readonly name: string;
  readonly module: string;
  readonly variable: string;
  readonly entry: readonly string[];
  readonly takesFolders: boolean;
}

const PEERS: readonly PythonPeer[] = [
  {
    name: 'picklescan',
    module: 'picklescan',
    variable: 'VOUCHSAFE_BENCH_PICKLESCAN',
    entry: ['-m', 'picklescan', '-p'],
    takesFolders: true,
  },
  {
    name: 'fickling',
    module: 'fickling',
    variable: 'VOUCHSAFE_BENCH_FICKLING',
    entry: ['-m', 'fickling', '--check-safety'],
    takesFolders: false,
  },
  {
    name: 'modelscan',
    module: 'modelscan.cli',
    variable: 'VOUCHSAFE_BENCH_MODELSCAN',
    entry: ['-c', 'import sys; sys.argv[0] = "modelscan"; from modelscan.cli import main; main()', 'scan', '-p'],
    takesFolders: true,
  },
];

/** Ourselves, the limits (`cat`, `cp`), and the peers that are on this machine. */
export function availableTools(scratch: string): {
  readonly tools: readonly Tool[];
  readonly absent: readonly string[];
} {
  const python = process.env['VOUCHSAFE_BENCH_PYTHON'] ?? 'python3';
  const peers = PEERS.map((peer) => ({ peer, tool: peerTool(peer, python) }));
  return {
    tools: [vouchsafe(), ...limits(scratch), ...peers.flatMap(({ tool }) => (tool === null ? [] : [tool]))],
    absent: peers.filter(({ tool }) => tool === null).map(({ peer }) => peer.name),
  };
}

function vouchsafe(): Tool {
  const built = existsSync(join(ROOT, 'dist', 'cli', 'main.js'));
  const program = built ? [join(ROOT, 'bin', 'vouchsafe.js'), 'scan'] : [join(import.meta.dirname, 'scan-library.ts')];
  return {
    name: built ? 'vouchsafe' : 'vouchsafe (library)',
    command: (target) => [process.execPath, ...program, target],
  };
}

function limits(scratch: string): Tool[] {
  return [
    {
      name: 'cat',
      command: (target, isFolder) =>
        isFolder
          ? ['sh', '-c', 'find "$0" -type f -exec cat {} + > /dev/null', target]
          : ['sh', '-c', 'cat "$0" > /dev/null', target],
    },
    {
      name: 'cp',
      command: (target) => ['cp', '-r', target, join(scratch, `copy-${process.pid}-${performance.now()}`)],
    },
  ];
}

function peerTool(peer: PythonPeer, python: string): Tool | null {
  const path = process.env[peer.variable];
  const environment: Record<string, string> = path === undefined ? {} : { PYTHONPATH: path };
  const probe = spawnSync(python, ['-c', `import ${peer.module}`], {
    stdio: 'ignore',
    env: { ...process.env, ...environment },
  });
  if (probe.status !== 0) return null;
  return {
    name: peer.name,
    environment,
    command: (target, isFolder) => (isFolder && !peer.takesFolders ? null : [python, ...peer.entry, target]),
  };
}
