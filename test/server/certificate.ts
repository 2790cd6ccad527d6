import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestCertificate {
  readonly folder: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
  remove(): void;
}

/** A certificate that signs itself, for names such as `DNS:localhost`; made anew, so that no key lies in the repository. */
export function makeCertificate(names: readonly string[] = ['DNS:localhost', 'IP:127.0.0.1']): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-tls-'));
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const to = ['-subj', '/CN=vouchsafe test', '-addext', `subjectAltName=${names.join(',')}`];
  execFileSync('openssl', [...args, ...to, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  return {
    folder,
    certFile,
    keyFile,
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
