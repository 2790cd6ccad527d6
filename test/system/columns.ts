import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe } from 'vitest';
import type { ServerConfigInput } from '../../src/server/config/schema.ts';
import { S3StandIn } from '../build/s3-stand-in.ts';
import { killAll, type Program, runProgram, type RunOptions } from './programs.ts';
import { type ServedProgram, serveProgram } from './served.ts';

const POSTGRES_URL = process.env['VOUCHSAFE_TEST_POSTGRES_URL'];
const REDIS_URL = process.env['VOUCHSAFE_TEST_REDIS_URL'];

/** What people would type, whichever process answers: as behind a load balancer. */
const ORIGIN = 'http://localhost:4800';

/** Where the outside parts of the scaled column are reached, so that a test can stand between. */
interface Reached {
  readonly postgres?: string;
  readonly redis?: string;
  readonly s3?: string;
}

/** One installation of Vouchsafe, on which several processes can run. */
export interface Site {
  readonly column: 'embedded' | 'scaled';
  /** Everything that it has on this machine. */
  readonly folder: string;
  /** The data folder of a process; embedded, there is one. */
  readonly dataOf: (name: string) => string;
  /** Starts `vouchsafe serve`. A process of the scaled column has a name of its own. */
  serve(name?: string, options?: RunOptions): Promise<ServedProgram>;
  /** Starts `vouchsafe worker`. */
  work(name: string): Promise<Program>;
  /** Writes the configuration file of a process. @returns its path */
  configure(name: string): string;
  /** Ends what still runs and removes everything. */
  remove(): Promise<void>;
}

export interface SiteOptions {
  readonly config?: ServerConfigInput;
  readonly reached?: (urls: Required<Reached>) => Promise<Reached>;
}

/** The same tests on both columns; the scaled one is skipped where there is no PostgreSQL or no Redis. */
export function describeEachSite(
  title: string,
  tests: (makeSite: (options?: SiteOptions) => Promise<Site>) => void,
): void {
  describe(`${title} (embedded)`, () => tests(embeddedSite));
  describe.skipIf(!hasScaledColumn)(`${title} (scaled)`, () => tests(scaledSite));
}

export const hasScaledColumn = POSTGRES_URL !== undefined && REDIS_URL !== undefined;

export async function embeddedSite({ config = {} }: SiteOptions = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-site-'));
  const dataOf = (): string => join(folder, 'data');
  const configOf = (): ServerConfigInput => ({ data: dataOf() });
  const remove = async (): Promise<void> => rmSync(folder, { recursive: true, force: true });
  return makeSite({ column: 'embedded', folder, dataOf, configOf, remove, config });
}

/** PostgreSQL, Redis, an S3 store and pg-boss; servers leave the jobs to workers. */
export async function scaledSite({ config = {}, reached }: SiteOptions = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-site-'));
  const name = `test_${randomBytes(8).toString('hex')}`;
  const store = new S3StandIn();
  const urls = { postgres: POSTGRES_URL ?? '', redis: REDIS_URL ?? '', s3: await store.start() };
  const { postgres, redis, s3 } = { ...urls, ...(await reached?.(urls)) };
  const secretAccessKeyFile = join(folder, 's3-secret');
  mkdirSync(join(folder, 'keys'), { mode: 0o700 });
  writeFileSync(secretAccessKeyFile, store.secretAccessKey, { mode: 0o600 });
  const { bucket, accessKeyId } = store;
  const dataOf = (process: string): string => join(folder, process);
  const configOf = (process: string): ServerConfigInput => ({
    data: dataOf(process),
    keys: join(folder, 'keys'),
    records: { postgres: { url: postgres, schema: name } },
    counters: { redis: { url: redis, prefix: `${name}:` } },
    blobs: { s3: { bucket, endpoint: s3, pathStyle: true, accessKeyId, secretAccessKeyFile } },
    jobs: { column: 'pg-boss', threads: 0 },
  });
  const remove = async (): Promise<void> => {
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
    const client = new pg.Client({ connectionString: POSTGRES_URL });
    await client.connect();
    await client.query(`drop schema if exists ${name} cascade; drop schema if exists ${name}_jobs cascade`);
    await client.end();
  };
  return makeSite({ column: 'scaled', folder, dataOf, configOf, remove, config });
}

interface Ground extends Pick<Site, 'column' | 'folder' | 'dataOf' | 'remove'> {
  readonly configOf: (process: string) => ServerConfigInput;
  readonly config: ServerConfigInput;
}

function makeSite({ configOf, config, remove, ...site }: Ground): Site {
  const configure = (name: string): string => {
    const file = join(site.folder, `${name}.yaml`);
    const listen = { port: 0, ...config.listen };
    const limits = { perAddress: { count: 1_000_000 }, perPrincipal: { count: 1_000_000 }, ...config.limits };
    writeFileSync(file, JSON.stringify({ origin: ORIGIN, ...configOf(name), ...config, listen, limits }));
    return file;
  };
  return {
    ...site,
    configure,
    serve: (name = 'server', options = {}) => serveProgram(['serve', '--config', configure(name)], options),
    work: async (name) => {
      const program = runProgram(['worker', '--config', configure(name), '--jobs', '2', '--log-level', 'info']);
      await program.said('worker-started');
      return program;
    },
    remove: async () => {
      await killAll();
      await remove();
    },
  };
}
