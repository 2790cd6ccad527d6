import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { BufferSource } from '../../src/bytes/source.ts';
import { SealError } from '../../src/seal/errors.ts';
import { encodeHeader, parseHeader } from '../../src/seal/header.ts';
import { AwsKmsProvider } from '../../src/seal/providers/aws-kms.ts';
import { ServiceIdentity, ServiceRecipient } from '../../src/seal/providers/key-provider.ts';
import { VaultTransitProvider } from '../../src/seal/providers/vault-transit.ts';
import { readHeader } from '../../src/seal/sealed-source.ts';
import { KMS_KEY, serveKms, serveVault, type StandIn, VAULT_TOKEN } from './key-services.ts';
import { newIdentity, openBytes, refusal, sealBytes } from './sealing.ts';

const content = randomBytes(1000);
let vault: StandIn;
let kms: StandIn;

beforeAll(async () => {
  [vault, kms] = [await serveVault(), await serveKms()];
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-that-must-not-leak');
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
});

afterEach(() => {
  vault.override = undefined;
  kms.override = undefined;
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([vault.close(), kms.close()]);
});

const vaultProvider = (
  options: Partial<ConstructorParameters<typeof VaultTransitProvider>[0]> = {},
): VaultTransitProvider =>
  new VaultTransitProvider({ address: vault.address, token: VAULT_TOKEN, keyName: 'model', ...options });
const kmsProvider = (keyName = KMS_KEY): AwsKmsProvider =>
  new AwsKmsProvider({ keyName, endpoint: kms.address, region: 'eu-west-1' });

/** Everything an error could show anybody. */
async function errorText(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return JSON.stringify([error.code, error.message, error.data, error.hint]);
  }
  return 'accepted';
}

describe.each([
  ['Vault Transit', () => vaultProvider(), () => vault],
  ['AWS KMS', () => kmsProvider(), () => kms],
] as const)('%s', (name, provider, standIn) => {
  test('wraps and unwraps, beside an ordinary recipient too', async () => {
    const me = newIdentity();
    const sealed = await sealBytes(content, [new ServiceRecipient(provider()), me.recipient], { artifact: 'model.pt' });
    expect((await openBytes(sealed, [new ServiceIdentity(provider())])).equals(content)).toBe(true);
    expect((await openBytes(sealed, [me])).equals(content)).toBe(true);
  });

  test('never sees the content, and the file key only in its own request', async () => {
    const before = standIn().requests.length;
    await sealBytes(content, [new ServiceRecipient(provider())]);
    const [request, ...others] = standIn().requests.slice(before);
    expect(others).toEqual([]);
    expect(request?.body).not.toContain(content.subarray(0, 30).toString('base64'));
  });

  test('a wrapped key is bound to the name of what was sealed', async () => {
    const sealed = await sealBytes(content, [new ServiceRecipient(provider())], { artifact: 'model.pt' });
    const [stanza] = parseHeader(readHeader(new BufferSource(sealed))).stanzas;
    const renamed = {
      args: [...(stanza?.args.slice(0, 2) ?? []), 'b3RoZXIucHQ'],
      body: stanza?.body ?? Buffer.alloc(0),
    };
    const forged = Buffer.concat([encodeHeader([renamed], randomBytes(16)), randomBytes(100)]);
    expect(await refusal(() => openBytes(forged, [new ServiceIdentity(provider())]))).toBe('provider-failed');
  });

  test('is not asked about files that are sealed to others, nor too often', async () => {
    const sealed = await sealBytes(content, [newIdentity().recipient]);
    const before = standIn().requests.length;
    expect(await refusal(() => openBytes(sealed, [new ServiceIdentity(provider())]))).toBe('no-match');
    const stanza = { args: [`vouchsafe/${provider().id}`, 'eA', 'eA'], body: randomBytes(60) };
    // No header of that many can be made, so one stanza is repeated.
    const header = encodeHeader([stanza], randomBytes(16)).toString('latin1');
    const repeated = header.replace(/-> [^]*(?=---)/, (text) => text.repeat(17));
    const many = Buffer.concat([Buffer.from(repeated, 'latin1'), randomBytes(100)]);
    expect(await refusal(() => openBytes(many, [new ServiceIdentity(provider())]))).toBe('limit-exceeded');
    expect(standIn().requests).toHaveLength(before);
  });

  test.each([
    [
      'an error whose text quotes the request',
      { status: 400, body: { errors: ['SECRET'], message: 'SECRET', __type: 'X' } },
    ],
    ['no JSON', { status: 200, body: 'SECRET' }],
    ['JSON of another shape', { status: 200, body: { data: 7, SECRET: 1 } }],
    [
      'a redirect, which is not followed',
      { status: 307, body: 'SECRET', headers: { location: 'http://127.0.0.1:1/' } },
    ],
    ['more than is allowed', { status: 200, body: 'SECRET'.repeat(20_000) }],
  ])('fails clearly when it answers with %s', async (_, answer) => {
    standIn().override = () => answer;
    const text = await errorText(() => sealBytes(content, [new ServiceRecipient(provider())]));
    expect(text).toContain('provider-failed');
    expect(text).toContain(name);
    for (const secret of ['SECRET', VAULT_TOKEN, 'a-secret-that-must-not-leak']) expect(text).not.toContain(secret);
  });
});

describe('Vault Transit alone', () => {
  test('one that does not answer is given up', async () => {
    vault.override = () => 'hang';
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => timeout(milliseconds / 1000));
    const text = await errorText(() => sealBytes(content, [new ServiceRecipient(vaultProvider())]));
    spy.mockRestore();
    expect(text).toContain('did not answer within 15 seconds');
  });

  test('a wrong token is said to be one, and not shown', async () => {
    const text = await errorText(() =>
      sealBytes(content, [new ServiceRecipient(vaultProvider({ token: 'hvs.wrong' }))]),
    );
    expect(text).toContain('the token is not valid');
    expect(text).not.toContain('hvs.');
  });

  test('a key of another name is not tried', async () => {
    const sealed = await sealBytes(content, [new ServiceRecipient(vaultProvider())]);
    const other = new ServiceIdentity(vaultProvider({ keyName: 'transit/other' }));
    expect(await refusal(() => openBytes(sealed, [other]))).toBe('no-match');
  });

  test.each(['', '../sys/x', 'a/../../sys', 'a b', 'a?b', 'a#b', '/a', 'a/', '%2e%2e/x'])(
    'the key name %j is refused',
    (keyName) => {
      expect(() => vaultProvider({ keyName })).toThrow(/NAME or MOUNT\/NAME/);
    },
  );

  test.each([
    ['plain HTTP to another machine', 'http://vault.example.com:8200', 'not encrypted'],
    ['another protocol', 'ftp://127.0.0.1', 'no protocol it speaks'],
    ['a password in the address', 'https://user:secret@vault.example.com', 'holds a password'],
    ['nonsense', 'vault', 'is no URL'],
    ['a machine that only looks like this one', 'http://127.0.0.1.example.com', 'not encrypted'],
  ])('%s is refused before anything is sent', async (_, address, reason) => {
    const text = await errorText(() => sealBytes(content, [new ServiceRecipient(vaultProvider({ address }))]));
    expect(text).toContain('provider-unconfigured');
    expect(text).toContain(reason);
    expect(text).not.toContain('secret@');
  });

  test('certificates that are not verified are refused', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const text = await errorText(() =>
      sealBytes(content, [new ServiceRecipient(vaultProvider({ address: 'https://127.0.0.1:1' }))]),
    );
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', undefined);
    expect(text).toContain('turns the verification of its certificate off');
  });

  test('nobody listening is a clear failure', async () => {
    const text = await errorText(() =>
      sealBytes(content, [new ServiceRecipient(vaultProvider({ address: 'http://127.0.0.1:1' }))]),
    );
    expect(text).toContain('cannot be reached');
  });
});

describe('AWS KMS alone', () => {
  test('an alias opens what it sealed, the ARN of another key does not', async () => {
    const sealed = await sealBytes(content, [new ServiceRecipient(kmsProvider('alias/model'))]);
    expect((await openBytes(sealed, [new ServiceIdentity(kmsProvider('alias/model'))])).equals(content)).toBe(true);
    const other = new ServiceIdentity(kmsProvider(KMS_KEY.replace('1234abcd', 'ffffffff')));
    expect(await refusal(() => openBytes(sealed, [other]))).toBe('no-match');
  });

  test.each(['', 'a b', 'arn:aws:s3:::bucket', 'arn:aws:kms:evil.example.com/x:111122223333:key/a', 'x?y'])(
    'the key name %j is refused',
    (keyName) => {
      expect(() => new AwsKmsProvider({ keyName })).toThrow(/no ARN of KMS/);
    },
  );

  test('names of errors are shown, their texts are not', async () => {
    const text = await errorText(() => sealBytes(content, [new ServiceRecipient(kmsProvider('alias/none'))]));
    expect(text).toContain('Encrypt was refused (NotFoundException)');
  });
});
