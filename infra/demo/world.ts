// What the demo and `npm start` run: the control plane with all roles on the embedded store, and a real
// Northbound, a real NATS server and, unless a cluster was named, the sandbox API server around it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandboxApiServer } from '@holdfast/kube-api/testing';
import { NORTHBOUND_SCHEMA, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { type ControlPlaneProcess, startControlPlane } from '../servers/control-plane';
import { startNatsServer } from '../servers/nats-server';

export interface DemoWorld {
  readonly controlPlane: ControlPlaneProcess;
  /** As ovn-nbctl's --db takes it; absent where OVN is not installed. */
  readonly northbound?: string;
  readonly nats?: string;
  readonly kubeconfig: string;
  /** Whether Kubernetes is the sandbox, and not a cluster of the user's. */
  readonly isSandbox: boolean;
  readonly folder: string;
  stop(): Promise<void>;
}

export interface DemoOptions {
  /** A cluster of the user's; absent: the sandbox. */
  readonly kubeconfig?: string;
  /** Where the ledger stays; absent: in a folder that goes with the world. */
  readonly ledger?: string;
  /** Flags for the control plane. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Given what cannot be had here, and what runs without it. */
  readonly tell: (line: string) => void;
  /** Given the control plane's log. */
  readonly onLog?: (text: string) => void;
}

export async function startWorld({
  kubeconfig,
  ledger,
  flags = {},
  tell,
  onLog,
}: DemoOptions): Promise<DemoWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stopOne of stops.splice(0).reverse()) await stopOne();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const northbound = await startNorthbound(stops, tell);
    const nats = await startNats(folder, stops, tell);
    const file = kubeconfig ?? (await startSandbox(stops));
    const all = {
      store: `sqlite:${ledger ?? join(folder, 'ledger.db')}`,
      kubeconfig: file,
      ...(northbound && { northbound }),
      ...(nats && { nats }),
      // In a cluster of the user's somebody gives Pods their addresses already.
      'pod-addresses': kubeconfig === undefined ? 'on' : 'off',
      ...flags,
    };
    const controlPlane = await startControlPlane(all, onLog);
    stops.push(() => controlPlane.stop());
    return {
      controlPlane,
      northbound,
      nats,
      kubeconfig: file,
      isSandbox: kubeconfig === undefined,
      folder,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Stops = (() => Promise<unknown>)[];

async function startNorthbound(stops: Stops, tell: (line: string) => void): Promise<string | undefined> {
  if (!existsSync(NORTHBOUND_SCHEMA)) {
    tell(
      'OVN is not installed (as root: apt-get install ovn-central): running without the Northbound projection',
    );
    return undefined;
  }
  const server = await startOvsdbServer({ schema: NORTHBOUND_SCHEMA });
  stops.push(() => server.stop());
  return server.unix;
}

async function startNats(
  folder: string,
  stops: Stops,
  tell: (line: string) => void,
): Promise<string | undefined> {
  try {
    const server = await startNatsServer(folder);
    stops.push(() => server.stop());
    return server.url;
  } catch {
    tell('nats-server does not run here (as root: apt-get install nats-server): running without NATS');
    return undefined;
  }
}

async function startSandbox(stops: Stops): Promise<string> {
  const sandbox = await startSandboxApiServer();
  stops.push(() => sandbox.stop());
  return sandbox.kubeconfigFile;
}
