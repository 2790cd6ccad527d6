import { UsageError } from '../usage-error.ts';

const MAX_CHARACTERS = 1024;

/** Asks on the terminal for a secret that is not shown. @throws UsageError when the user gives up. */
export function askPassphrase(question: string): Promise<Uint8Array> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (work: () => void): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      work();
    };
    const onData = (chunk: Buffer): void => {
      for (const char of chunk.toString('utf8')) {
        if (char === '\r' || char === '\n') return finish(() => resolve(Buffer.from(typed)));
        if (char === '\u0003' || char === '\u0004')
          return finish(() => reject(UsageError.of('no passphrase was given')));
        typed = char === '\u007f' || char === '\b' ? typed.slice(0, -1) : `${typed}${char}`.slice(0, MAX_CHARACTERS);
      }
    };
    stdin.on('data', onData);
  });
}
