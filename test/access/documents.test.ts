import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ReviewError, reviewErrorCodes } from '../../src/access/reviews/errors.ts';
import { reviewLimits } from '../../src/access/reviews/limits.ts';
import { ServiceError, serviceErrorCodes } from '../../src/access/services/errors.ts';
import { serviceLimits } from '../../src/access/services/limits.ts';
import { SECRET_PATTERN } from '../../src/access/services/secret.ts';
import { maxStaleMs } from '../../src/store/bus/bus.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '..', '..', 'docs', name), 'utf8');
const rowsOf = (text: string) =>
  [...text.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [code, Number(status)]);

test('docs/services.md names every error of services, with its status', () => {
  const table = serviceErrorCodes.map((code) => [code, ServiceError.of(code, '').httpStatus]);
  expect(rowsOf(read('services.md'))).toEqual(table);
});

test('docs/reviews.md names every error of reviews, with its status', () => {
  const table = reviewErrorCodes.map((code) => [code, ReviewError.of(code, '').httpStatus]);
  expect(rowsOf(read('reviews.md'))).toEqual(table);
});

test('the documents say what the limits are', () => {
  const services = read('services.md');
  expect(services).toContain('^(vsk|vst)_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$');
  expect(SECRET_PATTERN.source.replaceAll(/[()]/g, '')).toBe('^vsk|vst_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$');
  expect(services).toContain(`| ${serviceLimits.maxLiveKeys} |`);
  expect(services).toContain(`${serviceLimits.unknownSecrets.count} a minute`);
  expect(services).toContain(`${serviceLimits.tokensPerKey.count} a minute`);
  expect(services).toContain(`${maxStaleMs} ms`);
  expect(services).toContain(`${serviceLimits.tokenTtlSeconds / 60} minutes`);
  const reviews = read('reviews.md');
  expect(reviews).toContain(`more than ${reviewLimits.maxItems.toLocaleString('en')} grants`);
  expect(reviews).toContain(`not used for ${reviewLimits.unusedDays} days`);
});
