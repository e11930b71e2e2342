// A real kube-apiserver on a real etcd, from the folder that KUBEBUILDER_ASSETS names (the envtest convention), on
// loopback ports and in a folder of its own. No controllers run: what they would do (delete a Namespace's content, make
// a StatefulSet's Pods) does not happen.
import { generateKeyPairSync } from 'node:crypto';
import { accessSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, systemChance, systemClock } from '@holdfast/clock';
import { kubeconfigOf, type KubernetesServer, type Login } from './kubernetes-server';
import { findKubectl, runKubectl } from './kubectl';
import { plainRequest } from './plain-request';
import { ServerProcess } from './server-process';

/** 5 s on two idle cores; a busy build machine is given twelve times that. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
/** Ports are chosen free and then opened by another process: once in a while someone is quicker. */
const ATTEMPTS_MAX = 3;
const LOOPBACK = '127.0.0.1';

/** Why no kube-apiserver can be started here, or undefined when one can. */
export function kubeApiserverSkipReason(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = env['KUBEBUILDER_ASSETS'];
  if (!folder) return 'KUBEBUILDER_ASSETS does not name a folder with kube-apiserver, etcd and kubectl';
  const missing = ['kube-apiserver', 'etcd', 'kubectl'].filter((program) => !exists(join(folder, program)));
  return missing.length > 0 ? `${folder} (KUBEBUILDER_ASSETS) lacks ${missing.join(', ')}` : undefined;
}

/** @throws Error with the end of the server's log when it does not get ready. */
export async function startKubeApiserver(env: NodeJS.ProcessEnv = process.env): Promise<KubernetesServer> {
  const assets = env['KUBEBUILDER_ASSETS'];
  if (!assets) throw new Error(kubeApiserverSkipReason(env));
  for (let attempt = 1; ; attempt += 1) {
    const cluster = new Cluster(assets);
    try {
      await cluster.start();
      return await cluster.asServer();
    } catch (failed) {
      await cluster.stop();
      if (attempt === ATTEMPTS_MAX || !String(failed).includes('address already in use')) throw failed;
    }
  }
}

class Cluster {
  private readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-kube-apiserver-'));
  private readonly token = systemChance.uuid();
  private etcd: ServerProcess | undefined;
  private apiserver: ServerProcess | undefined;
  private ports = { etcd: 0, etcdPeer: 0, apiserver: 0 };

  constructor(private readonly assets: string) {}

  async start(): Promise<void> {
    const [etcd = 0, etcdPeer = 0, apiserver = 0] = await freePorts(3);
    this.ports = { etcd, etcdPeer, apiserver };
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    writeFileSync(join(this.folder, 'service-account.key'), key.export({ type: 'sec1', format: 'pem' }), {
      mode: 0o600,
    });
    writeFileSync(join(this.folder, 'tokens.csv'), `${this.token},admin,admin,"system:masters"\n`, {
      mode: 0o600,
    });
    this.etcd = ServerProcess.start(
      join(this.assets, 'etcd'),
      this.etcdArgs(),
      join(this.folder, 'etcd.log'),
    );
    await this.startApiserver();
  }

  async asServer(): Promise<KubernetesServer> {
    const login = this.login();
    const { gitVersion } = (await plainRequest(login, 'GET', '/version')).body as { gitVersion: string };
    const kubeconfig = kubeconfigOf(login);
    const kubeconfigFile = join(this.folder, 'kubeconfig');
    writeFileSync(kubeconfigFile, kubeconfig, { mode: 0o600 });
    const program = findKubectl({ KUBEBUILDER_ASSETS: this.assets }) ?? 'kubectl';
    return {
      name: `kube-apiserver ${gitVersion}`,
      url: login.url,
      kubeconfig,
      kubeconfigFile,
      kubectl: (args, stdin) => runKubectl({ program, kubeconfigFile, folder: this.folder }, args, stdin),
      request: (method, path, body, contentType) => plainRequest(login, method, path, body, contentType),
      restart: async () => {
        await this.apiserver?.kill();
        await this.startApiserver();
      },
      stop: () => this.stop(),
    };
  }

  async stop(): Promise<void> {
    await this.apiserver?.kill();
    await this.etcd?.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async startApiserver(): Promise<void> {
    const program = join(this.assets, 'kube-apiserver');
    this.apiserver = ServerProcess.start(
      program,
      this.apiserverArgs(),
      join(this.folder, 'kube-apiserver.log'),
    );
    const giveUpMs = systemClock.monotonic() + START_TIMEOUT_MS;
    while (!(await this.isReady())) {
      for (const process of [this.etcd, this.apiserver])
        if (!process?.isRunning) throw new Error(`kube-apiserver or etcd ended: ${process?.logTail()}`);
      if (systemClock.monotonic() > giveUpMs)
        throw new Error(
          `kube-apiserver was not ready in ${START_TIMEOUT_MS} ms: ${this.apiserver.logTail()}`,
        );
      await sleep(systemClock, POLL_MS);
    }
  }

  /** Ready, and the namespace that Events of cluster objects go to is there. */
  private async isReady(): Promise<boolean> {
    try {
      const ready = await plainRequest(this.login(), 'GET', '/readyz');
      if (ready.body !== 'ok') return false;
      return (await plainRequest(this.login(), 'GET', '/api/v1/namespaces/default')).status === 200;
    } catch {
      return false;
    }
  }

  /** The server signs a certificate for itself and puts it where it is told. */
  private login(): Login {
    const authority = readFileSync(join(this.folder, 'apiserver.crt'), 'utf8');
    return { url: `https://${LOOPBACK}:${this.ports.apiserver}`, authority, token: this.token };
  }

  private etcdArgs(): string[] {
    const client = `http://${LOOPBACK}:${this.ports.etcd}`;
    const peer = `http://${LOOPBACK}:${this.ports.etcdPeer}`;
    return [
      '--name=test',
      `--data-dir=${join(this.folder, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=test=${peer}`,
    ];
  }

  private apiserverArgs(): string[] {
    const key = join(this.folder, 'service-account.key');
    return [
      `--etcd-servers=http://${LOOPBACK}:${this.ports.etcd}`,
      `--cert-dir=${this.folder}`,
      `--bind-address=${LOOPBACK}`,
      `--advertise-address=${LOOPBACK}`,
      `--secure-port=${this.ports.apiserver}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${key}`,
      `--service-account-key-file=${key}`,
      `--token-auth-file=${join(this.folder, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      // Nobody makes the service accounts that it would wait for.
      '--disable-admission-plugins=ServiceAccount',
    ];
  }
}

/** Free when asked, all at once so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, LOOPBACK, () => resolve()))),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function exists(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}
