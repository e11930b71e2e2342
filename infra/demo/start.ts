// `npm start`: the same servers as the demo's, which stay until Ctrl-C. The ledger stays in ./holdfast.db, and the control
// plane's log is on standard error. `-- --NAME=VALUE` hands the control plane any of its own flags.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { DEFINITIONS, KubernetesUser } from './kubernetes';
import { startWorld } from './world';

const OWN = {
  kubeconfig: { type: 'string' },
  ledger: { type: 'string', default: 'holdfast.db' },
  help: { type: 'boolean', default: false },
} as const;
const USAGE = `usage: npm start -- [--kubeconfig=FILE] [--ledger=FILE] [--NAME=VALUE ...]

  --kubeconfig=FILE   a cluster of yours; without it, a sandbox API server
  --ledger=FILE       where the ledger stays [holdfast.db]

and any flag of the control plane, such as --http=127.0.0.1:0:
`;

/** @throws Error when a flag of the control plane has no value; the control plane says which flags there are */
function controlPlaneFlags(given: Readonly<Record<string, unknown>>): Record<string, string> {
  const others = Object.entries(given).filter(([name]) => !(name in OWN));
  return Object.fromEntries(
    others.map(([name, value]) => {
      if (typeof value !== 'string') throw new Error(`--${name} has no value: write --${name}=VALUE`);
      return [name, value];
    }),
  );
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: OWN, strict: false });
  if (positionals.length > 0) throw new Error(`unknown argument ${positionals[0]}\n\n${USAGE}`);
  if (values.help) {
    process.stdout.write(USAGE);
    execFileSync(process.execPath, [require.resolve('@holdfast/control-plane/bin'), '--help'], {
      stdio: 'inherit',
    });
    return;
  }
  const flags = { http: '127.0.0.1:7080', grpc: '127.0.0.1:7081', ...controlPlaneFlags(values) };
  const [kubeconfig, ledger] = [values.kubeconfig as string | undefined, values.ledger as string];
  const onLog = (text: string): void => void process.stderr.write(text);
  const world = await startWorld({ kubeconfig, ledger, flags, tell: console.log, onLog });
  if (world.isSandbox) {
    await new KubernetesUser(world.kubeconfig).apply(...DEFINITIONS);
  }
  console.log(`ledger      ${ledger}`);
  console.log(`HTTP        ${world.controlPlane.http}/openapi.json`);
  console.log(`gRPC        ${world.controlPlane.grpc}`);
  console.log(`NATS        ${world.nats ?? 'none'}`);
  console.log(`Northbound  ${world.northbound ?? 'none'}`);
  console.log(`Kubernetes  KUBECONFIG=${world.kubeconfig}${world.isSandbox ? ' (the sandbox)' : ''}`);
  console.log('Ctrl-C stops everything.');
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await world.stop();
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
