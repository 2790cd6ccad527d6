import type { Reply } from '../../api/call.ts';
import { dateOf } from '../../ui/time-words.ts';
import styles from './overview.module.css';

type Day = Reply<'overview.show'>['activity'][number];

const WIDTH = 296;
const HEIGHT = 112;
const BASE = 88;
const MAX_BAR = 80;
const GAP = 3;

/**
 * Decisions of each day: allowed above, denied at its foot, hatched so that it reads without colour. The same figures
 * follow as a table for whoever does not see the picture.
 */
export function ActivityChart({ days }: { readonly days: readonly Day[] }) {
  const most = Math.max(1, ...days.map(({ allowed, denied }) => allowed + denied));
  const slot = WIDTH / Math.max(days.length, 1);
  const heightOf = (count: number): number => (count === 0 ? 0 : Math.max(1.5, (count / most) * MAX_BAR));
  const sum = (count: (day: Day) => number): number => days.reduce((total, day) => total + count(day), 0);
  return (
    <figure>
      <svg className={styles.chart} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
        <defs>
          <pattern id="denied" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="4" height="4" fill="var(--sheet)" />
            <rect width="2" height="4" fill="var(--critical)" />
          </pattern>
        </defs>
        {days.map((day, index) => {
          const denied = heightOf(day.denied);
          const allowed = heightOf(day.allowed);
          const x = index * slot + GAP / 2;
          return (
            <g key={day.day}>
              <rect x={x} y={BASE - denied} width={slot - GAP} height={denied} fill="url(#denied)" />
              <rect x={x} y={BASE - denied - allowed} width={slot - GAP} height={allowed} fill="var(--seal)" />
            </g>
          );
        })}
        <line x1="0" x2={WIDTH} y1={BASE + 0.5} y2={BASE + 0.5} stroke="var(--ink)" />
        <DayLabels days={days} />
      </svg>
      <ul className={styles.legend}>
        <li>
          <Swatch fill="var(--seal)" />
          allowed <strong>{sum((day) => day.allowed)}</strong>
        </li>
        <li>
          <Swatch fill="url(#denied)" />
          denied <strong>{sum((day) => day.denied)}</strong>
        </li>
        <li>
          sign-ins <strong>{sum((day) => day.signIns)}</strong>
        </li>
        <li>
          failed <strong>{sum((day) => day.failedSignIns)}</strong>
        </li>
      </ul>
      <div className="visually-hidden">
        <DayTable days={days} />
      </div>
    </figure>
  );
}

function Swatch({ fill }: { readonly fill: string }) {
  return (
    <svg width="11" height="11" aria-hidden="true" focusable="false">
      <rect width="11" height="11" fill={fill} />
    </svg>
  );
}

function DayLabels({ days }: { readonly days: readonly Day[] }) {
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  const common = { y: BASE + 18, fill: 'var(--ink-3)', fontSize: 11, fontFamily: 'var(--sans)' };
  return (
    <>
      <text x="0" {...common}>
        {dateOf(first.day)}
      </text>
      <text x={WIDTH} textAnchor="end" {...common}>
        {dateOf(last.day)}
      </text>
    </>
  );
}

function DayTable({ days }: { readonly days: readonly Day[] }) {
  return (
    <table>
      <caption>Decisions and sign-ins by day</caption>
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col">Allowed</th>
          <th scope="col">Denied</th>
          <th scope="col">Sign-ins</th>
          <th scope="col">Failed sign-ins</th>
        </tr>
      </thead>
      <tbody>
        {days.map(({ day, allowed, denied, signIns, failedSignIns }) => (
          <tr key={day}>
            <th scope="row">{day}</th>
            <td>{allowed}</td>
            <td>{denied}</td>
            <td>{signIns}</td>
            <td>{failedSignIns}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
