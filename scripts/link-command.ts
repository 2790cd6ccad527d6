/** Makes `npx vouchsafe` run this checkout: npm links the commands of dependencies, but not of the package itself. */
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const link = join('node_modules', '.bin', 'vouchsafe');
rmSync(link, { force: true });
if (process.platform === 'win32') {
  writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\bin\\vouchsafe.js" %*\r\n');
} else {
  chmodSync(join('bin', 'vouchsafe.js'), 0o755);
  symlinkSync(join('..', '..', 'bin', 'vouchsafe.js'), link);
}
