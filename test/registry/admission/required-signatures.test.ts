import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signModel } from '../../../src/node/sign/sign-model.ts';
import { decideAdmission } from '../../../src/registry/admission/decide.ts';
import { readAdmissionPolicy } from '../../../src/registry/admission/policy.ts';
import type { AdmissionPolicy } from '../../../src/registry/admission/policy-schema.ts';
import { signingTrust } from '../../../src/registry/admission/signing-trust.ts';
import { sourceSignatures } from '../../../src/registry/pipeline/examine/source-signature.ts';
import { keylessSigner } from '../../../src/sign/keyless.ts';
import { certificateSigner, type Signer } from '../../../src/sign/signers.ts';
import { readTrustedRoot } from '../../../src/sign/sigstore.ts';
import { STAND_IN_ISSUER, startStandIn, type StandIn, tokenFor } from '../../build/sigstore-stand-in.ts';
import { type Authority, rootAuthority, signerCertificate } from '../../build/x509.ts';
import { model } from '../../sign/models.ts';
import { cleanFacts } from './facts.ts';

const DAY_MS = 86_400_000;
const ROBOT = 'https://example.org/team/.github/workflows/release.yml@refs/tags/v1';

/** Lets in only what this signer has signed. */
function policyOf(signer: object, more: object = {}): AdmissionPolicy {
  const when = { signatures: { by: ['team'] } };
  const rules = [{ id: 'signed', effect: 'allow', when }];
  const text = JSON.stringify({ default: 'deny', signers: [{ name: 'team', ...signer }], rules, ...more });
  const { policy, problems } = readAdmissionPolicy(text);
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
}

/** What the pipeline finds of the signature of a folder, and what the policy makes of it. */
async function judged(folder: string, policy: AdmissionPolicy, now = new Date()) {
  const { signers, unverified } = await sourceSignatures(folder, signingTrust(policy, now), 1);
  const signatures = {
    signers: { items: [...signers], total: signers.length },
    unverified: { items: [...unverified], total: unverified.length },
  };
  const options = { waivers: [], policyVersion: 1, nowMs: now.getTime() };
  const { outcome, reasons } = decideAdmission(policy, cleanFacts({ signatures }), options);
  return { outcome, message: reasons[0]?.message ?? '' };
}

async function signedBy(signer: Signer): Promise<string> {
  const folder = model();
  await signModel(folder, { signer });
  return folder;
}

describe('a signature that a policy requires, by a certificate', () => {
  const roots = ({ certificate }: Authority): string => certificate.toString();
  const byCertificate = (root: Authority, changes: object = {}): Promise<string> => {
    const { privateKey, certificate } = signerCertificate(root, changes);
    return signedBy(certificateSigner(privateKey, [certificate]));
  };

  it('lets in what somebody below the named root has signed', async () => {
    const root = rootAuthority();
    const policy = policyOf({ certificate: { roots: roots(root), subject: 'CN=signer' } });
    expect(await judged(await byCertificate(root), policy)).toMatchObject({
      outcome: 'allow',
      message: expect.stringContaining('signed by team'),
    });
  });

  it('does not let in what another subject of that root has signed', async () => {
    const root = rootAuthority();
    const policy = policyOf({ certificate: { roots: roots(root), subject: 'CN=signer' } });
    expect((await judged(await byCertificate(root, { subject: 'somebody' }), policy)).outcome).toBe('deny');
  });

  it('does not let in what another root of the same name vouches for', async () => {
    const policy = policyOf({ certificate: { roots: roots(rootAuthority('same name')) } });
    const { outcome, message } = await judged(await byCertificate(rootAuthority('same name')), policy);
    expect(outcome).toBe('deny');
    expect(message).toContain('not verified: model.sig');
  });

  it('does not let in what another certificate than the named one has signed', async () => {
    const root = rootAuthority();
    const policy = policyOf({ certificate: { roots: roots(root), fingerprint: 'ab'.repeat(32) } });
    expect((await judged(await byCertificate(root), policy)).outcome).toBe('deny');
  });

  it('does not let in what an expired certificate has signed, nor one that is not valid yet', async () => {
    const root = rootAuthority('lasting root', { notAfter: new Date(Date.now() + 4000 * DAY_MS) });
    const policy = policyOf({ certificate: { roots: roots(root) } });
    const folder = await byCertificate(root);
    expect((await judged(folder, policy)).outcome).toBe('allow');
    for (const days of [800, -800]) {
      const { outcome, message } = await judged(folder, policy, new Date(Date.now() + days * DAY_MS));
      expect([days, outcome]).toEqual([days, 'deny']);
      expect(message).toContain('not verified');
    }
  });

  it('does not let in what was changed, or added, since it was signed', async () => {
    const root = rootAuthority();
    const policy = policyOf({ certificate: { roots: roots(root) } });
    const folder = await byCertificate(root);
    appendFileSync(join(folder, 'a.txt'), ' ');
    const { outcome, message } = await judged(folder, policy);
    expect(outcome).toBe('deny');
    expect(message).toContain('a.txt');
    const other = await byCertificate(root);
    appendFileSync(join(other, 'added.py'), 'x = 1');
    expect((await judged(other, policy)).outcome).toBe('deny');
  });

  it('does not let in what nobody has signed, or whose signature is no signature', async () => {
    const root = rootAuthority();
    const policy = policyOf({ certificate: { roots: roots(root) } });
    const folder = await byCertificate(root);
    rmSync(join(folder, 'model.sig'));
    expect(await judged(folder, policy)).toMatchObject({
      outcome: 'deny',
      message: expect.stringContaining('none of team has signed it'),
    });
    appendFileSync(join(folder, 'model.sig'), '{}');
    expect((await judged(folder, policy)).outcome).toBe('deny');
  });
});

describe('a signature that a policy requires, without a key', () => {
  let services: StandIn;
  beforeAll(async () => {
    services = await startStandIn();
  });
  afterAll(() => services.close());

  const keyless = (claims: object): Promise<string> => {
    const trustedRoot = readTrustedRoot(Buffer.from(JSON.stringify(services.trustedRoot)));
    const urls = { fulcioUrl: services.url, rekorUrl: services.url };
    return signedBy(keylessSigner({ ...urls, identityToken: tokenFor(claims), trustedRoot }));
  };
  const policy = (changes: object = {}, root: object = services.trustedRoot): AdmissionPolicy =>
    policyOf(
      { keyless: { identity: ROBOT, issuer: STAND_IN_ISSUER, ...changes } },
      { trustedRoot: JSON.stringify(root) },
    );

  it('lets in what the named identity has signed, long after its certificate ended, since the log saw it', async () => {
    const folder = await keyless({ sub: ROBOT });
    const later = new Date(Date.now() + 30 * DAY_MS);
    expect((await judged(folder, policy(), later)).outcome).toBe('allow');
    expect((await judged(folder, policy({ identity: ROBOT.replace('v1', '*') }))).outcome).toBe('allow');
  });

  it('does not let in another identity, nor the same one of another issuer', async () => {
    const folder = await keyless({ sub: ROBOT.replace('/team/', '/other/') });
    expect((await judged(folder, policy())).outcome).toBe('deny');
    const good = await keyless({ sub: ROBOT });
    expect((await judged(good, policy({ issuer: 'https://elsewhere.example.org' }))).outcome).toBe('deny');
  });

  it('does not let in what another instance of the services vouches for', async () => {
    const folder = await keyless({ sub: ROBOT });
    const other = await startStandIn();
    try {
      expect((await judged(folder, policy({}, other.trustedRoot))).outcome).toBe('deny');
    } finally {
      await other.close();
    }
  });

  it('does not let in what was changed since it was signed', async () => {
    const folder = await keyless({ sub: ROBOT });
    appendFileSync(join(folder, 'a.txt'), ' ');
    expect((await judged(folder, policy())).outcome).toBe('deny');
  });
});
