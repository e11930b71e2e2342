// The program as its users run it: a process, a shell, a pipe.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { aControlPlane } from './testing/control-plane';

const HOLDFAST = join(__dirname, '../bin/holdfast.cjs');

const controlPlane = aControlPlane();

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function start(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const options = { env: { ...process.env, HOLDFAST_SERVER: controlPlane().server, ...env } };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
}

const holdfast = (...args: string[]): Promise<Ended> => start(HOLDFAST, args);

/** `holdfast` is the program, `$1` what is given. */
const bash = (script: string): Promise<Ended> =>
  start('bash', ['-c', `holdfast() { '${process.execPath}' '${HOLDFAST}' "$@"; }\n${script}`]);

it('ends with 0 when it is done, and says by whom', async () => {
  const defined = await holdfast('subnet', 'define', 'p1', '--cidr', '10.1.0.0/24', '-o', 'json');
  expect(defined).toMatchObject({ code: 0, err: '' });
  const { position } = JSON.parse(defined.out) as { position: string };
  expect(await holdfast('reserve', 'p1', 'node/n1')).toMatchObject({ code: 0, err: '' });
  const { out } = await holdfast('history', 'node/n1', '--at-least-position', position, '-o', 'json');
  expect(JSON.parse(out)).toMatchObject({ events: [{ actor: userInfo().username, through: 'http' }] });
});

it('ends with 1 when the ledger refuses', async () => {
  const { code, out, err } = await holdfast('vip', 'get', 'nobody');
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^holdfast: VipNotFound: .*nobody.*'holdfast vip list' has those there are\.\n$/);
});

it('ends with 2 when it is used wrongly', async () => {
  expect(await holdfast('subnet', 'lst')).toMatchObject({ code: 2, out: '' });
  expect(await holdfast('subnet', 'get', '')).toMatchObject({ code: 2, out: '' });
});

/** What is there instead of a Holdfast server; `undefined` for nobody. */
async function elsewhere(
  stranger?: RequestListener,
): Promise<{ url: string; close: () => Promise<unknown> }> {
  const server = createServer(stranger);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<unknown> => new Promise((resolve) => server.close(resolve));
  if (!stranger) await close();
  return { url: `http://127.0.0.1:${port}`, close };
}

it('ends with 3 when nobody is there', async () => {
  const { url } = await elsewhere();
  const { code, out, err } = await holdfast('status', '--server', url, '--timeout', '3s');
  expect([code, out]).toEqual([3, '']);
  expect(err).toBe(
    `holdfast: Unavailable: ${url} cannot be reached: connect ECONNREFUSED ${url.slice('http://'.length)}; ` +
      '--server or HOLDFAST_SERVER says where the server is.\n',
  );
});

it('ends with 3 when somebody else is there', async () => {
  const { url, close } = await elsewhere((_request, response) =>
    response.writeHead(404).end('<h1>Not Found</h1>'),
  );
  const { code, err } = await holdfast('status', '--server', url);
  await close();
  expect(code).toBe(3);
  expect(err).toContain(
    "HTTP status 404, with a body that is none of Holdfast's; --server or HOLDFAST_SERVER",
  );
});

it('ends in peace when its reader stops early', async () => {
  const { out, err } = await bash('holdfast --help | head -1; echo "${PIPESTATUS[0]}"');
  expect([out, err]).toEqual(['Usage: holdfast [options] [command]\n0\n', '']);
});

it('completes in bash what it is asked to complete', async () => {
  const { out } = await bash(`
    source <(holdfast completion bash)
    COMP_WORDS=(holdfast subnet re); COMP_CWORD=2; _holdfast; echo "\${COMPREPLY[@]}"
    COMP_WORDS=(holdfast vip list -o ''); COMP_CWORD=4; _holdfast; echo "\${COMPREPLY[@]}"
    complete -p holdfast`);
  expect(out).toBe('revise retire\ntable wide json\ncomplete -F _holdfast holdfast\n');
});

it('says what to do when it is not built', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bin-'));
  mkdirSync(join(folder, 'bin'));
  copyFileSync(HOLDFAST, join(folder, 'bin/holdfast.cjs'));
  const ended = await start(process.execPath, [join(folder, 'bin/holdfast.cjs'), 'status']);
  rmSync(folder, { recursive: true });
  expect(ended).toEqual({ code: 3, out: '', err: 'holdfast: not built yet; run: npm run setup\n' });
});
