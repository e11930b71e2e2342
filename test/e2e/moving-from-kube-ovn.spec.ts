// infra/docs/moving-from-kube-ovn.md, command by command: what it shows is what is seen, with a real API server and a real
// Northbound. The test plays the cluster's own controllers: who scales Kube-OVN's controller down has its Pod go.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findKubectl,
  kubeApiserverSkipReason,
  type KubernetesServer,
  startKubeApiserver,
} from '@holdfast/kube-api/testing';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { createKubeOvnObjects, createKubeOvnRows, kubeOvnClusterSkipReason } from './kube-ovn-cluster';
import { type Step, documentSteps } from './document-steps';
import { Shell } from './shell';

const CLI = join(__dirname, '../../apps/cli/bin/holdfast.cjs');
const CONTROLLER = '/api/v1/namespaces/kube-system/pods/kube-ovn-controller-0';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/kube-system/deployments';

const steps = documentSteps('moving-from-kube-ovn.md');

/** What differs from run to run; as wide as it was, for the sake of columns. */
const timeless = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => 'T'.repeat(time.length))
    .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, 'UUID');

/** As a service would be: its ports are free ones here, and the command line is told of them by a file. */
const controlPlane = (url: string): string => `
const { startControlPlane } = require(${JSON.stringify(require.resolve('@holdfast/infra/servers/control-plane'))});
const { writeFileSync } = require('node:fs');
const flags = process.argv.slice(2).map((flag) => flag.slice(2).split(/=(.*)/s).slice(0, 2));
let stopped = () => process.exit(0);
process.on('SIGTERM', () => stopped());
startControlPlane(Object.fromEntries(flags)).then((running) => {
  stopped = () => running.stop().then(() => process.exit(0));
  writeFileSync(${JSON.stringify(url)}, running.http);
});`;

/** Waits for the control plane to be there, as people do. */
const commandLine = (url: string): string => `
const { existsSync, readFileSync } = require('node:fs');
const begin = () => {
  if (!existsSync(${JSON.stringify(url)})) return setTimeout(begin, 20);
  process.env.HOLDFAST_SERVER = readFileSync(${JSON.stringify(url)}, 'utf8');
  require(${JSON.stringify(CLI)});
};
begin();`;

const passedOn = (program: string): string => `
const { status } = require('node:child_process').spawnSync(${JSON.stringify(program)}, process.argv.slice(2), { stdio: 'inherit' });
process.exitCode = status ?? 1;`;

const skipReason = kubeOvnClusterSkipReason() ?? kubeApiserverSkipReason();
const describeOrSkip = skipReason === undefined ? describe : describe.skip;

describeOrSkip(
  `moving over from Kube-OVN${skipReason === undefined ? '' : ` [skipped: ${skipReason}]`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-moving-'));
    const url = join(folder, 'url');
    let server: KubernetesServer;
    let northbound: OvsdbServer;
    let shell: Shell;

    beforeAll(async () => {
      [server, northbound] = await Promise.all([
        startKubeApiserver(),
        startOvsdbServer({ schema: NORTHBOUND_SCHEMA }),
      ]);
      await createKubeOvnObjects(server);
      await server.request('POST', DEPLOYMENTS, deployment());
      createKubeOvnRows(northbound);
      const programs = {
        holdfast: commandLine(url),
        'holdfast-control-plane': controlPlane(url),
        kubectl: passedOn(findKubectl() ?? 'kubectl'),
      };
      const env = { KUBECONFIG: server.kubeconfigFile, OVN_NB_DB: northbound.unix, USER: 'alice' };
      shell = new Shell(folder, env, programs);
      await shell.type(`cd ${folder}`);
    }, 120_000);

    afterAll(async () => {
      await shell?.type('kill $! 2>/dev/null; wait');
      shell?.stop();
      await northbound?.stop();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    it('is what its document shows', async () => {
      expect(steps.length).toBeGreaterThan(15);
      const seen: Step[] = [];
      for (const { command } of steps) {
        if (command.startsWith('kill ')) rmSync(url, { force: true });
        // The way back asks no control plane.
        if (command.includes('--give-back')) await shell.type(`printf http://127.0.0.1:9 > ${url}`);
        seen.push({ command, shown: timeless(await shell.type(command)) });
        if (command.includes('--replicas=0'))
          await server.request('DELETE', CONTROLLER, { gracePeriodSeconds: 0 });
      }
      expect(seen).toEqual(steps.map(({ command, shown }) => ({ command, shown: timeless(shown) })));
    }, 240_000);
  },
);

function deployment(): object {
  const labels = { app: 'kube-ovn-controller' };
  const containers = [{ name: 'main', image: 'example.com/none' }];
  const template = { metadata: { labels }, spec: { containers } };
  return {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'kube-ovn-controller' } },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  };
}
