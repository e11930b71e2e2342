// Throw-away certificates for tests of TLS, made by the openssl program: an authority, and a key with a
// certificate of it for each side.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TlsFiles } from '../connection/dial';

const openssl = (...args: readonly string[]): Promise<unknown> => promisify(execFile)('openssl', args);

const DAYS = '2';

/** Makes an authority, `server.*` and `client.*` in `directory`. The server's name is `localhost`. */
export async function makeTlsFiles(
  directory: string,
): Promise<{ readonly server: TlsFiles; readonly client: TlsFiles }> {
  const at = (name: string): string => join(directory, name);
  await makeSelfSigned(at('ca-key.pem'), at('ca.pem'), 'authority');
  const [server, client] = await Promise.all(
    ['server', 'client'].map(async (side): Promise<TlsFiles> => {
      const files = {
        privateKey: at(`${side}-key.pem`),
        certificate: at(`${side}.pem`),
        caCertificate: at('ca.pem'),
      };
      const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca-key.pem')];
      await makeSelfSigned(
        files.privateKey,
        files.certificate,
        side === 'server' ? 'localhost' : side,
        signed,
      );
      return files;
    }),
  );
  return { server: server!, client: client! };
}

async function makeSelfSigned(
  key: string,
  certificate: string,
  name: string,
  signed: readonly string[] = [],
): Promise<void> {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-days', DAYS];
  await openssl('req', '-x509', ...curve, '-keyout', key, '-out', certificate, ...subject, ...signed);
}
