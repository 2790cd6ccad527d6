import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of the kernel in a second, as every Linux has it (`getconf CLK_TCK`). */
const TICKS = 100;

/** Processor time that a process has used, in ms; of Linux, from proc(5). `withEnded`: also that of children that ended and were waited for. */
export function cpuMs(pid: number | string, { withEnded = false } = {}): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program is in parentheses, and may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
  const own = (user ?? 0) + (system ?? 0);
  return ((own + (withEnded ? (endedUser ?? 0) + (endedSystem ?? 0) : 0)) / TICKS) * 1000;
}

/** Processor time of every PostgreSQL of this machine, in ms. Use it where there is one. */
export function postgresCpuMs(): number {
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')) sum += cpuMs(pid, { withEnded: true });
    } catch {
      // It ended meanwhile.
    }
  }
  return sum;
}
