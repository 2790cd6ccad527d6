import { describe, expect, it } from 'vitest';
import { agentWords } from './agent-words.ts';

describe('agentWords', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/150.0.0.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36 Edg/150.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/604.1',
      'Safari on iOS',
    ],
    ['curl/8.9', 'curl/8.9'],
    ['', 'an unnamed program'],
  ])('%s', (agent, words) => {
    expect(agentWords(agent)).toBe(words);
  });
});
