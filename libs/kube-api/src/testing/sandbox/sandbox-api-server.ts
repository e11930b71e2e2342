// The sandbox API server: a stand-in for kube-apiserver, in this process, on a loopback port. It is for trying Holdfast
// and for testing it; it keeps everything in memory, lets everybody in, and runs no Pod. Simpler than the real one:
//
// - a Namespace's content and a definition's objects go with it at once; nothing else is collected;
// - server-side apply merges, fields have no owners; strategic merge knows its lists by name;
// - lists are not snapshots across pages; a definition has one version and nothing is converted;
// - kubectl finds no schema here: `explain`, `diff` and `--dry-run=server` say so, and unknown fields are dropped without a
//   word where a real cluster's kubectl refuses them;
// - protobuf bodies are refused: `kubectl create namespace` of kubectl 1.32 and later sends one, `kubectl apply` none.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chance, type Clock, systemChance, systemClock } from '@holdfast/clock';
import { type KubernetesServer, kubeconfigOf } from '../servers/kubernetes-server';
import { findKubectl, runKubectl } from '../servers/kubectl';
import { plainRequest } from '../servers/plain-request';
import { SandboxCluster } from './sandbox-cluster';
import { SandboxFaults } from './sandbox-faults';
import { SandboxHttp } from './sandbox-http';

export interface SandboxOptions {
  /** 0 for a free one. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly chance?: Chance;
  /** How often a watch that asked for bookmarks gets one. */
  readonly bookmarkMs?: number;
}

export interface SandboxApiServer extends KubernetesServer {
  /** What it can be told to do wrong. */
  readonly faults: SandboxFaults;
  readonly cluster: SandboxCluster;
}

const LOOPBACK = '127.0.0.1';

export async function startSandboxApiServer(options: SandboxOptions = {}): Promise<SandboxApiServer> {
  const { port = 0, clock = systemClock, chance = systemChance } = options;
  const cluster = new SandboxCluster(clock, chance, options.bookmarkMs);
  const faults = new SandboxFaults(cluster, clock);
  const http = new SandboxHttp(cluster, faults);
  const server = createServer((request, response) => void http.serve(request, response));
  await listen(server, port);
  const login = { url: `http://${LOOPBACK}:${portOf(server)}` };
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-sandbox-'));
  const kubeconfig = kubeconfigOf(login);
  const kubeconfigFile = join(folder, 'kubeconfig');
  writeFileSync(kubeconfigFile, kubeconfig, { mode: 0o600 });
  return {
    name: 'the sandbox API server',
    url: login.url,
    kubeconfig,
    kubeconfigFile,
    cluster,
    faults,
    kubectl: (args, stdin) =>
      runKubectl({ program: findKubectl() ?? 'kubectl', kubeconfigFile, folder }, args, stdin),
    request: (method, path, body, contentType) => plainRequest(login, method, path, body, contentType),
    restart: async () => {
      const same = portOf(server);
      await stopListening(server);
      faults.compact();
      await listen(server, same);
    },
    stop: async () => {
      await stopListening(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
