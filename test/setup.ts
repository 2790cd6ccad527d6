import { configureGlobal } from 'fast-check';

/** The same cases on every run, so that a red test means a change; other cases with `VOUCHSAFE_PROPERTY_SEED=$RANDOM npm test`. */
const DEFAULT_SEED = 20_261_121;

configureGlobal({ seed: Number(process.env['VOUCHSAFE_PROPERTY_SEED'] ?? DEFAULT_SEED) });
