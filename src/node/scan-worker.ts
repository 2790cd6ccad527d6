/** The file a worker thread starts with. */
import { serveScans } from './serve-scans.ts';

serveScans(async () => (await import('../scan/catalogue.ts')).catalogue);
