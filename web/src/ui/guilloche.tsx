import styles from './guilloche.module.css';
import { SEAL_OUTLINE } from './seal.tsx';

const POINTS = 720;
const CENTRE = 200;

interface Ring {
  readonly radius: number;
  readonly swing: number;
  readonly lobes: number;
  readonly strands: number;
}

/** From the rim inwards: the lobes of the seal, then finer and finer. */
const rings: readonly Ring[] = [
  { radius: 172, swing: 20, lobes: 12, strands: 10 },
  { radius: 122, swing: 26, lobes: 18, strands: 6 },
  { radius: 72, swing: 18, lobes: 12, strands: 8 },
];

/** One strand: a circle that swings in and out, shifted by its share of a lobe. */
function strandPath({ radius, swing, lobes, strands }: Ring, strand: number): string {
  const phase = (2 * Math.PI * strand) / strands;
  const points = Array.from({ length: POINTS }, (_, index) => {
    const angle = (2 * Math.PI * index) / POINTS;
    const length = radius + swing * Math.sin(lobes * angle + phase);
    return `${(CENTRE + length * Math.cos(angle)).toFixed(1)} ${(CENTRE + length * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join('L')}Z`;
}

const paths = rings.flatMap((ring) => Array.from({ length: ring.strands }, (_, strand) => strandPath(ring, strand)));

/** The rosette of security print, which made banknotes and charters hard to copy. Decoration only. */
export function Guilloche() {
  return (
    <svg className={styles.rosette} viewBox="0 0 400 400" aria-hidden="true" focusable="false">
      {paths.map((path) => (
        <path key={path} d={path} />
      ))}
      <g transform="translate(154 154) scale(3.83)" className={styles.centre}>
        <path d={SEAL_OUTLINE} />
        <path d="m7.8 9.2 4.2 7 4.2-7" />
      </g>
    </svg>
  );
}
