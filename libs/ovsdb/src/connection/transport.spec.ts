import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/clock';
import type { TlsFiles } from './dial';
import { fetchSchema } from '../generate/fetch-schema';
import { operationsOf } from '../transact/operations';
import { makeTlsFiles } from '../testing/certificates';
import { OVN_Northbound } from '../testing/generated/northbound';
import { OvsdbLab } from '../testing/lab';

const { insert } = operationsOf(OVN_Northbound);

let directory: string;
let tls: { readonly server: TlsFiles; readonly client: TlsFiles };
let strangers: { readonly server: TlsFiles; readonly client: TlsFiles };
let lab: OvsdbLab;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ovsdb-tls-'));
  const other = await mkdtemp(join(directory, 'other-'));
  [tls, strangers] = await Promise.all([makeTlsFiles(directory), makeTlsFiles(other)]);
  lab = await OvsdbLab.start({ tcp: true, tls: tls.server });
});
afterAll(async () => {
  await lab.stop();
  await rm(directory, { recursive: true });
});

describe.each(['unix', 'tcp', 'ssl'] as const)('over %s', (kind) => {
  it('transacts and replicates', async () => {
    const client = lab.open({ remotes: lab.server[kind], tls: tls.client });
    const replica = client.replicate({ Address_Set: { columns: ['name', 'addresses'] } });
    await replica.whenSynced();
    const many = Array.from({ length: 2000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
    const added = await client.transact([insert('Address_Set', { name: `over_${kind}`, addresses: many })]);
    if (added.outcome !== 'committed') throw new Error(added.error);
    expect(replica.table('Address_Set').get(added.results[0].uuid)).toEqual({
      _uuid: added.results[0].uuid,
      name: `over_${kind}`,
      addresses: [...many].sort(),
    });
  });

  it('fetches a schema', async () => {
    const options = { remote: lab.server[kind], tls: tls.client, clock: systemClock };
    const schema = await fetchSchema({ ...options, database: 'OVN_Northbound' });
    expect(Object.keys(schema.tables)).toEqual(expect.arrayContaining(Object.keys(OVN_Northbound.tables)));
    await expect(fetchSchema({ ...options, database: 'Nowhere' })).rejects.toMatchObject({
      code: 'request-refused',
    });
  });
});

describe('TLS', () => {
  /** Why a client with these files does not get in. */
  async function refusal(files: TlsFiles): Promise<unknown> {
    const client = lab.open({ remotes: lab.server.ssl, tls: files });
    return new Promise((resolve) => {
      client.onState((state) => resolve(state.status === 'connecting' ? state.fault?.code : state.status));
    });
  }

  it('trusts no server of another authority', async () => {
    expect(await refusal({ ...tls.client, caCertificate: strangers.client.caCertificate })).toBe(
      'connection-failed',
    );
  });

  it('is not trusted by the server with a certificate of another authority', async () => {
    const { privateKey, certificate } = strangers.client;
    // TLS 1.3 refuses the client only after its handshake; earlier versions within.
    expect(['connection-failed', 'connection-lost']).toContain(
      await refusal({ privateKey, certificate, caCertificate: tls.client.caCertificate }),
    );
  });

  it('checks the server’s name if one is given', async () => {
    expect(await refusal({ ...tls.client, serverName: 'localhost' })).toBe('connected');
    expect(await refusal({ ...tls.client, serverName: 'elsewhere' })).toBe('connection-failed');
  });

  it('reports a file that is missing or is not PEM', async () => {
    const nonsense = join(directory, 'nonsense.pem');
    await writeFile(nonsense, 'not PEM');
    expect(await refusal({ ...tls.client, privateKey: join(directory, 'missing.pem') })).toBe(
      'connection-failed',
    );
    expect(await refusal({ ...tls.client, privateKey: nonsense })).toBe('connection-failed');
  });

  it('reads the files anew for each connection', async () => {
    const renewed = join(directory, 'renewed.pem');
    await writeFile(renewed, 'not PEM yet');
    const client = lab.open({ remotes: lab.server.ssl, tls: { ...tls.client, certificate: renewed } });
    await new Promise<void>((resolve) => void client.onState(() => resolve()));
    await writeFile(renewed, await readFile(tls.client.certificate));
    await client.whenConnected();
  });

  it('is not attempted without files', () => {
    expect(() => lab.open({ remotes: lab.server.ssl })).toThrow(
      expect.objectContaining({ code: 'invalid-remote' }),
    );
  });
});
