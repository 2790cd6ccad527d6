import { CodedError, type ErrorRow } from '../../bytes/errors.ts';

const row = <Data>(message: (data: Data) => string, hint: string): ErrorRow<Data> => ({
  message,
  hint,
  exitCode: 2,
  httpStatus: 500,
});

/** Why there is no PDF. */
const browserErrors = {
  'browser-missing': row(
    (d: { looked: string }) => `no browser was found to make the PDF with (looked for ${d.looked})`,
    'install Chromium, Chrome or Edge, or name one with --browser; the HTML page prints to PDF from any browser too',
  ),
  'browser-failed': row(
    (d: { browser: string; detail: string }) => `${d.browser} made no PDF: ${d.detail}`,
    'try another one with --browser, or print the HTML page',
  ),
  'browser-timeout': row(
    (d: { browser: string; seconds: number }) => `${d.browser} made no PDF within ${d.seconds} seconds`,
    'try another one with --browser, or print the HTML page',
  ),
} as const;

type BrowserErrorCode = keyof typeof browserErrors;
type BrowserErrorData<Code extends BrowserErrorCode> = Parameters<(typeof browserErrors)[Code]['message']>[0];

export class BrowserError extends CodedError {
  static of<Code extends BrowserErrorCode>(code: Code, data: BrowserErrorData<Code>, cause?: unknown): BrowserError {
    return new BrowserError(code, browserErrors[code], data, cause);
  }
}
