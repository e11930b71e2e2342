// `npm start`: the same servers as the demo's, which stay until Ctrl-C. The ledger stays in ./holdfast.db.
import { parseArgs } from 'node:util';
import { DEFINITIONS, KubernetesUser } from './kubernetes';
import { startWorld } from './world';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { kubeconfig: { type: 'string' }, ledger: { type: 'string' } } });
  const flags = { http: '127.0.0.1:7080', grpc: '127.0.0.1:7081' };
  const ledger = values.ledger ?? 'holdfast.db';
  const world = await startWorld({ kubeconfig: values.kubeconfig, ledger, flags, tell: console.log });
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
