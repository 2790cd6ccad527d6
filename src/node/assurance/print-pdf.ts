import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { visibleShort } from '../../scan/visible-text.ts';
import { forgetUnfinished, rememberUnfinished, type Unfinished } from '../output-file.ts';
import { reasonOf } from '../reason.ts';
import { BrowserError } from './errors.ts';

/** Under which names browsers that can print lie in the search path. */
const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'microsoft-edge-stable',
  'msedge',
  'brave-browser',
] as const;

/** Where installers put them that leave the search path alone. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
] as const;

const DEFAULT_SECONDS = 60;
/** What a browser says about itself that is kept for an error. */
const MAX_SAID_BYTES = 64 * 1024;
/** The report of 10^5 files has some 40 MB. */
const MAX_PDF_BYTES = 512 * 1024 * 1024;

export interface PrintOptions {
  /** Path of a browser; else one is searched. */
  readonly browser?: string | undefined;
  readonly maxSeconds?: number | undefined;
}

/** The browser that will be used. @throws BrowserError `browser-missing`. */
export function findBrowser(given?: string): string {
  if (given !== undefined) {
    // As it was looked at: a bare name would be searched for by whoever starts it, and found elsewhere.
    if (isProgram(given)) return resolve(given);
    throw BrowserError.of('browser-missing', { looked: visibleShort(given, 200) });
  }
  const endings = process.platform === 'win32' ? ['.exe'] : [''];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const candidates = NAMES.flatMap((name) =>
    folders.flatMap((folder) => endings.map((ending) => join(folder, `${name}${ending}`))),
  );
  const found = [...candidates, ...PLACES].find(isProgram);
  if (found !== undefined) return found;
  throw BrowserError.of('browser-missing', { looked: NAMES.join(', ') });
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Prints a page to PDF with a browser that has a profile of its own and no way to the network. The policy of the page
 * forbids scripts; Chromium prints nothing when they are turned off from outside.
 * @throws BrowserError when there is none, or when it makes no PDF in time.
 */
export async function printPdf(html: string, options: PrintOptions = {}): Promise<Uint8Array> {
  const browser = findBrowser(options.browser);
  const print = new Print(browser);
  try {
    return await print.pdf(html, options.maxSeconds ?? DEFAULT_SECONDS);
  } finally {
    print.discard();
  }
}

/** One run of a browser, in a folder of its own; both are gone after `discard`, also when this process has to end. */
class Print implements Unfinished {
  readonly #browser: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'vouchsafe-print-'));
  #child: BrowserProcess | undefined;

  constructor(browser: string) {
    this.#browser = browser;
    rememberUnfinished(this);
  }

  /** @throws BrowserError. */
  async pdf(html: string, maxSeconds: number): Promise<Uint8Array> {
    const [page, pdf] = [join(this.#folder, 'report.html'), join(this.#folder, 'report.pdf')];
    writeFileSync(page, html, { mode: 0o600 });
    const args = argumentsFor(page, pdf, join(this.#folder, 'profile'));
    // A group of its own, so that the processes it starts end with it.
    const child = spawn(this.#browser, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: IS_GROUP });
    this.#child = child;
    const said = await ended(child, this.#browser, maxSeconds);
    return readPdf(pdf, this.#browser, said);
  }

  discard(): void {
    forgetUnfinished(this);
    killAll(this.#child?.pid);
    // Whoever left the group and keeps the stream open must not keep this process from ending.
    this.#child?.stderr.destroy();
    this.#child?.unref();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

type BrowserProcess = ChildProcessByStdio<null, null, Readable>;

const IS_GROUP = process.platform !== 'win32';
/** After its end a browser's last words are waited for so long. */
const LAST_WORDS_MILLISECONDS = 500;

function argumentsFor(page: string, pdf: string, profile: string): readonly string[] {
  // As root Chromium refuses to start with its sandbox; the page has no scripts and only this program's markup.
  const isRoot = process.getuid?.() === 0;
  return [
    '--headless',
    ...(isRoot ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-extensions',
    '--disable-sync',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-default-apps',
    '--no-first-run',
    '--no-default-browser-check',
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--proxy-server=127.0.0.1:9',
    `--user-data-dir=${profile}`,
    '--no-pdf-header-footer',
    `--print-to-pdf=${pdf}`,
    pathToFileURL(page).href,
  ];
}

/** What the browser wrote to standard error, when it has ended. @throws BrowserError. */
function ended(child: BrowserProcess, browser: string, maxSeconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < MAX_SAID_BYTES) said += chunk.toString('latin1');
    });
    const timer = setTimeout(
      () => reject(BrowserError.of('browser-timeout', { browser, seconds: maxSeconds })),
      maxSeconds * 1000,
    );
    const finish = (end: () => void): void => {
      clearTimeout(timer);
      end();
    };
    child.once('error', (error) =>
      finish(() => reject(BrowserError.of('browser-failed', { browser, detail: reasonOf(error) }, error))),
    );
    child.once('close', () => finish(() => resolve(said)));
    child.once('exit', () => finish(() => void setTimeout(() => resolve(said), LAST_WORDS_MILLISECONDS).unref()));
  });
}

function killAll(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(IS_GROUP ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function readPdf(pdf: string, browser: string, said: string): Uint8Array {
  const size = statSync(pdf, { throwIfNoEntry: false })?.size ?? 0;
  const bytes = size === 0 || size > MAX_PDF_BYTES ? new Uint8Array(0) : readFileSync(pdf);
  const isPdf = Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '%PDF-';
  if (isPdf) return bytes;
  const last = said.trim().split('\n').at(-1) ?? '';
  const detail = last === '' ? 'it said nothing' : visibleShort(last, 300);
  throw BrowserError.of('browser-failed', { browser, detail });
}
