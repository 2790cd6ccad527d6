import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { signModel } from '../../src/node/sign/sign-model.ts';
import { verifyModel, type VerifyOptions } from '../../src/node/sign/verify-model.ts';
import { evidenceNames } from '../../src/sign/manifest.ts';
import { model, scratch, sharedKey, testKey, writeFiles } from './models.ts';

/** Names that are left out of every manifest are no place to put something else. */

const key = sharedKey();
const codes = async (folder: string, options: VerifyOptions = {}): Promise<string[]> =>
  (await verifyModel(folder, { publicKeys: [key.publicKey], ...options })).problems.map(({ code }) => code);

async function signedOutside(): Promise<{ folder: string; signatures: string[] }> {
  const folder = model();
  const signature = join(scratch(), 'elsewhere.sig');
  await signModel(folder, { signer: key.signer, signature });
  return { folder, signatures: [signature] };
}

describe('an evidence name', () => {
  it.each(Object.values(evidenceNames))('%s as a folder hides nothing', async (name) => {
    const { folder, signatures } = await signedOutside();
    writeFiles(folder, { [`${name}/__init__.py`]: 'evil' });
    expect(await codes(folder, { signatures })).toEqual(['unsigned-file']);
    expect(await codes(folder, { signatures, ignorePaths: [name] })).toEqual([]);
    rmSync(join(folder, name), { recursive: true });
    mkdirSync(join(folder, name));
    expect(await codes(folder, { signatures })).toEqual([]);
  });

  it('as a link to a folder hides nothing', async () => {
    const { folder, signatures } = await signedOutside();
    symlinkSync(model({ 'evil.py': 'evil' }), join(folder, 'model.sig'));
    expect(await codes(folder, { signatures })).toEqual(['symlink-refused']);
  });

  it('as a folder that was signed is covered file by file', async () => {
    const folder = model({ a: 'a', 'model.sig/b': 'b' });
    const signatures = [join(scratch(), 'elsewhere.sig')];
    await signModel(folder, { signer: key.signer, signature: signatures[0] });
    expect(await codes(folder, { signatures })).toEqual([]);
    writeFiles(folder, { 'model.sig/c': 'c' });
    expect(await codes(folder, { signatures })).toEqual(['unsigned-file']);
  });

  it('model.sig, when another signature is asked about, is at least a signature', async () => {
    const { folder, signatures } = await signedOutside();
    writeFileSync(join(folder, 'model.sig'), 'cos\nsystem\n.');
    expect(await codes(folder, { signatures })).toEqual(['evidence-unverified']);
    rmSync(join(folder, 'model.sig'));
    await signModel(folder, { signer: testKey().signer });
    const report = await verifyModel(folder, { publicKeys: [key.publicKey], signatures });
    expect(report.problems).toEqual([]);
    expect(report.uncovered).toEqual([{ path: 'model.sig', why: 'another signature, which was not verified' }]);
  });
});

it('an empty file that was added beside shards is told: those leave empty files out (OMS §6.3.2)', async () => {
  const folder = model();
  await signModel(folder, { signer: key.signer, shardSize: 10 });
  writeFiles(folder, { '__init__.py': '' });
  const report = await verifyModel(folder, { publicKeys: [key.publicKey] });
  expect(report.ok).toBe(true);
  expect(report.uncovered.map(({ path }) => path)).toEqual(['model.sig', '__init__.py']);
});
