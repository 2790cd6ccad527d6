import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signModel } from '../../src/node/sign/sign-model.ts';
import { verifyModel } from '../../src/node/sign/verify-model.ts';
import { keylessSigner, type KeylessOptions } from '../../src/sign/keyless.ts';
import { readTrustedRoot } from '../../src/sign/sigstore.ts';
import { certificateSigner } from '../../src/sign/signers.ts';
import { rootAuthority, signerCertificate } from '../build/x509.ts';
import { STAND_IN_ISSUER, startStandIn, tokenFor, type StandIn } from '../build/sigstore-stand-in.ts';
import { codeOf, codeOfAsync } from './code-of.ts';
import { model, scratch } from './models.ts';

let services: StandIn;
beforeAll(async () => {
  services = await startStandIn();
});
afterAll(() => services.close());

const ROBOT = 'https://example.org/team/.github/workflows/release.yml@refs/tags/v1';

function signer(changes: Partial<KeylessOptions> = {}, claims: object = { sub: ROBOT }) {
  const trustedRoot = readTrustedRoot(Buffer.from(JSON.stringify(services.trustedRoot)));
  return keylessSigner({
    fulcioUrl: services.url,
    rekorUrl: services.url,
    identityToken: tokenFor(claims),
    trustedRoot,
    ...changes,
  });
}

function rootFile(root: object = services.trustedRoot): string {
  const file = join(scratch(), 'trusted_root.json');
  writeFileSync(file, JSON.stringify(root));
  return file;
}

async function signed(claims?: object): Promise<string> {
  const folder = model();
  await signModel(folder, { signer: signer({}, claims) });
  return folder;
}

const expectations = { identity: ROBOT, identityProvider: STAND_IN_ISSUER };
const codes = async (folder: string, options: object): Promise<string[]> =>
  (await verifyModel(folder, options)).problems.map(({ code }) => code);

describe('a keyless signature', () => {
  it('verifies for whom it was made, offline, and says when', async () => {
    const folder = await signed();
    await signed();
    const report = await verifyModel(folder, { ...expectations, trustedRoot: rootFile() });
    expect(report.problems).toEqual([]);
    expect(report.signers[0]?.signer).toEqual({ method: 'keyless', identity: ROBOT, issuer: STAND_IN_ISSUER });
    expect(report.signers[0]?.times).toHaveLength(1);
  });

  it('may be of an e-mail address that the issuer has verified', async () => {
    const folder = await signed({ email: 'dev@example.org', email_verified: true, sub: 'other' });
    expect(
      await codes(folder, { identity: 'dev@example.org', identityProvider: STAND_IN_ISSUER, trustedRoot: rootFile() }),
    ).toEqual([]);
  });

  it('is of somebody else', async () => {
    const folder = await signed();
    const trustedRoot = rootFile();
    for (const other of [
      { identity: `${ROBOT}0` },
      { identity: 'https://example.org/*' },
      { identityProvider: `${STAND_IN_ISSUER}/` },
      { identityProvider: '*' },
    ]) {
      expect(await codes(folder, { ...expectations, ...other, trustedRoot })).toEqual(['identity-mismatch']);
    }
    const identity = 'https://example.org/team/.github/workflows/*.yml@refs/tags/*';
    expect(await codes(folder, { ...expectations, identity, trustedRoot })).toEqual([]);
  });

  it('is by the word of services that are not trusted', async () => {
    const folder = await signed();
    const other = await startStandIn();
    await other.close();
    const mix = (part: string): object => ({
      ...services.trustedRoot,
      [part]: (other.trustedRoot as Record<string, unknown>)[part],
    });
    expect(await codes(folder, { ...expectations, trustedRoot: rootFile(mix('certificateAuthorities')) })).toEqual([
      'certificate-untrusted',
    ]);
    expect(await codes(folder, { ...expectations, trustedRoot: rootFile(mix('ctlogs')) })).toEqual([
      'certificate-untrusted',
    ]);
    expect(await codes(folder, { ...expectations, trustedRoot: rootFile(mix('tlogs')) })).toEqual(['log-invalid']);
  });
});

describe('a signing service', () => {
  const failing = async (answer: StandIn['answer']): Promise<string> => {
    services.answer = answer;
    try {
      return await codeOfAsync(() => signer().sign(Buffer.from('{}')));
    } finally {
      services.answer = null;
    }
  };

  it.each([
    { status: 500, body: 'no' },
    { status: 200, body: 'not json' },
    { status: 200, body: '{}' },
    { status: 200, body: '{"signedCertificateEmbeddedSct":{"chain":{"certificates":["x"]}}}' },
    { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
  ])('that answers with $status $body is refused', async (answer) => {
    expect(await failing(() => answer)).toBe('service-failed');
    expect(await failing((path) => (path.includes('log') ? answer : null))).toBe('service-failed');
  });

  it('gets the token once, and the log never', async () => {
    const before = services.requests.length;
    await signed({ sub: 'someone' });
    const made = services.requests.slice(before);
    expect(made.filter((body) => body.includes(tokenFor({ sub: 'someone' })))).toHaveLength(1);
    expect(made[1]).not.toContain(tokenFor({ sub: 'someone' }));
  });

  it('is not talked to in the clear, nor by an address with a password', async () => {
    for (const fulcioUrl of ['http://example.org', 'ftp://127.0.0.1', 'https://user:secret@example.org', 'nonsense']) {
      const failure = await signer({ fulcioUrl })
        .sign(Buffer.from('{}'))
        .catch((error: Error) => error);
      expect(failure).toMatchObject({ code: 'service-failed' });
      expect(String(failure)).not.toContain('secret');
    }
  });

  it('that cannot be reached, or refuses, does not make the token appear in the message', async () => {
    const token = tokenFor({ sub: 'someone' });
    const unreachable = signer({ fulcioUrl: 'http://127.0.0.1:1', identityToken: token });
    expect(String(await unreachable.sign(Buffer.from('{}')).catch((error: Error) => error))).not.toContain(token);
    services.answer = () => ({ status: 400, body: JSON.stringify({ message: `bad token ${token}` }) });
    const refused = String(
      await signer({ identityToken: token })
        .sign(Buffer.from('{}'))
        .catch((error: Error) => error),
    );
    services.answer = null;
    expect(refused).toMatch('status 400');
    expect(refused).not.toContain(token);
  });
});

describe('an identity token', () => {
  it.each([
    ['nothing', ''],
    ['no token', 'abc'],
    ['no claims', 'a.b.c'],
    ['expired', tokenFor({ sub: 'x', exp: 1 })],
    ['an address nobody verified', tokenFor({ email: 'a@b', sub: 'x' })],
    ['no subject', tokenFor({})],
  ])('that is %s is refused, and is in no message', (_, identityToken) => {
    expect(codeOf(() => signer({ identityToken }))).toBe('token-malformed');
    try {
      signer({ identityToken });
    } catch (error) {
      if (identityToken.length > 5) expect(String(error)).not.toContain(identityToken);
    }
  });
});

describe('a certificate that has expired since (OMS §8.2)', () => {
  const DAY = 24 * 3600 * 1000;
  const later = new Date(Date.now() + 400 * DAY);

  async function logged(rekorUrl: string | undefined) {
    const root = rootAuthority('lasting root', { notAfter: new Date(Date.now() + 4000 * DAY) });
    const { privateKey, certificate } = signerCertificate(root);
    const roots = join(scratch(), 'root.pem');
    writeFileSync(roots, root.certificate.toString());
    const folder = model();
    await signModel(folder, { signer: certificateSigner(privateKey, [certificate], { rekorUrl }) });
    return { folder, options: { certificateRoots: [roots], now: later } };
  }

  it('is good for what a log saw while it was valid', async () => {
    const { folder, options } = await logged(services.url);
    const report = await verifyModel(folder, { ...options, trustedRoot: rootFile() });
    expect(report.problems).toEqual([]);
    expect(report.signers[0]?.times).toHaveLength(1);
  });

  it('is good for nothing when no log saw it, or none that is trusted', async () => {
    const unlogged = await logged(undefined);
    expect(await codes(unlogged.folder, { ...unlogged.options, trustedRoot: rootFile() })).toEqual([
      'certificate-expired',
    ]);
    const { folder, options } = await logged(services.url);
    expect(await codes(folder, options)).toEqual(['certificate-expired']);
    const other = await startStandIn();
    await other.close();
    expect(await codes(folder, { ...options, trustedRoot: rootFile(other.trustedRoot) })).toEqual(['log-invalid']);
  });

  it('is not saved by the log entry of another signature', async () => {
    const [one, other] = [await logged(services.url), await logged(undefined)];
    const read = (folder: string) => JSON.parse(readFileSync(join(folder, 'model.sig'), 'utf8'));
    const bundle = read(other.folder);
    bundle.verificationMaterial.tlogEntries = read(one.folder).verificationMaterial.tlogEntries;
    writeFileSync(join(other.folder, 'model.sig'), JSON.stringify(bundle));
    expect(await codes(other.folder, { ...other.options, trustedRoot: rootFile() })).toEqual(['log-invalid']);
  });
});
