// The one configuration: from command line flags, each with an environment variable as its second source.
import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import { absoluteStore, DEFAULT_STORE_HELP, defaultStore } from '@holdfast/event-store/sqlite-place';
import type { Program, Side } from '@holdfast/ipam';
import { namespacedResource, type ObjectRef, type Resource } from '@holdfast/kube-api';
import { SWITCH_LB_VIP_WAYS, type SwitchLbVip } from '@holdfast/ovn';
import { thisProgram } from './program';

/** Nest's token of the configuration. */
export const CONFIG = Symbol('Config');

export const ROLES = ['reservation', 'gateway', 'ovn-projector', 'kube-projector'] as const;
export type Role = (typeof ROLES)[number];

export interface Config {
  readonly program: Program;
  readonly roles: ReadonlySet<Role>;
  /** `sqlite:FILE` with the absolute path, `eventstoredb:CONNECTION-STRING` or `memory:`. */
  readonly store: string;
  /** host:port; port 0 takes a free one. */
  readonly httpListen: string;
  readonly grpcListen: string;
  /** `nats://...`; absent: no NATS. */
  readonly natsUrl?: string;
  /** An OVSDB remote as ovn-nbctl takes it; absent: no Northbound. */
  readonly northbound?: string;
  /** The same of the Southbound; absent: nothing is known of who answers for a Vip. */
  readonly southbound?: string;
  /** Of both. */
  readonly northboundTls?: {
    readonly privateKey: string;
    readonly certificate: string;
    readonly caCertificate: string;
  };
  /** How a switch comes to answer for a Vip of type `switch_lb_vip`. */
  readonly switchLbVip: SwitchLbVip;
  /** A kubeconfig file, or `in-cluster`; absent: no Kubernetes. */
  readonly kubeconfig?: string;
  /** Which Lease its holder works on Kubernetes by. */
  readonly lease: ObjectRef;
  /** The ConfigMap that says which ledger the cluster's addresses come from. */
  readonly mark: ObjectRef;
  /** How Pods get their addresses; absent: from somebody else. */
  readonly pods?: PodsConfig;
  /** How long a redelivered command gets its first reply, hours. */
  readonly commandWindowHours: number;
  /** Makes a ledger where there is none, though a side knows one. */
  readonly isNewLedger: boolean;
  /** Somebody said that this machine's clock is right, whatever speaks against it at the start. */
  readonly acceptsClock: boolean;
  /** Gives out addresses before the sides were compared with the ledger. */
  readonly servesUncompared: boolean;
  /** Where to write the addresses that were really bound, as JSON, once everything serves. */
  readonly readyFile?: string;
}

export interface PodsConfig {
  /** Whether a virtual machine keeps its addresses across its Pods. */
  readonly keepVmIp: boolean;
  /** Kinds StatefulSet besides that of `apps`, whose ordinals keep their addresses, too. */
  readonly statefulSetKinds: readonly Resource[];
  /** How long what nobody saw going must be missing, before it counts as gone. */
  readonly graceMs: number;
}

/** A week. */
const WINDOW_MAX_HOURS = 168;
/** An hour: nobody's address is to be kept for longer because nobody saw the end. */
const GRACE_MAX_SECONDS = 3600;

/** Names of namespaces, and of other objects (RFC 1123). */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export class ConfigFault extends Error {
  override readonly name = 'ConfigFault';
}

interface Flag {
  readonly env: string;
  readonly help: string;
  readonly default?: string;
  /** May stand without a value, which is `true` then. */
  readonly isSwitch?: true;
}

const FLAGS = {
  roles: { env: 'HOLDFAST_ROLES', help: `which roles to run: ${ROLES.join(',')} (all)` },
  store: {
    env: 'HOLDFAST_STORE',
    help: `sqlite:FILE, eventstoredb:CONNECTION-STRING or memory: [${DEFAULT_STORE_HELP}]`,
  },
  http: { env: 'HOLDFAST_HTTP', help: 'where HTTP listens', default: '127.0.0.1:7080' },
  grpc: { env: 'HOLDFAST_GRPC', help: 'where gRPC listens', default: '127.0.0.1:7081' },
  nats: { env: 'HOLDFAST_NATS', help: 'NATS server, e.g. nats://127.0.0.1:4222' },
  northbound: {
    env: 'HOLDFAST_NORTHBOUND',
    help: 'OVN Northbound, e.g. unix:/run/ovn/ovnnb_db.sock, tcp:..., ssl:...',
  },
  southbound: {
    env: 'HOLDFAST_SOUTHBOUND',
    help: 'OVN Southbound, to know which parent answers for a Vip (only read)',
  },
  'northbound-key': { env: 'HOLDFAST_NORTHBOUND_KEY', help: 'private key file for ssl:' },
  'northbound-cert': { env: 'HOLDFAST_NORTHBOUND_CERT', help: 'certificate file for ssl:' },
  'northbound-ca': { env: 'HOLDFAST_NORTHBOUND_CA', help: 'CA certificate file for ssl:' },
  'switch-lb-vip': {
    env: 'HOLDFAST_SWITCH_LB_VIP',
    help: `how a switch answers for a switch_lb_vip: ${SWITCH_LB_VIP_WAYS.join(' or ')}`,
    default: 'router-port',
  },
  kubeconfig: { env: 'HOLDFAST_KUBECONFIG', help: 'kubeconfig file, or in-cluster' },
  lease: {
    env: 'HOLDFAST_LEASE',
    help: 'namespace/name of the Lease; of several processes, its holder works on Kubernetes',
    default: 'kube-system/holdfast-kube-projector',
  },
  mark: {
    env: 'HOLDFAST_MARK',
    help: 'namespace/name of the ConfigMap that says which ledger the cluster’s addresses come from',
    default: 'kube-system/holdfast-ledger',
  },
  'pod-addresses': {
    env: 'HOLDFAST_POD_ADDRESSES',
    help: 'on: give Pods on the ledger’s subnets their addresses; off: somebody else does',
    default: 'off',
  },
  'keep-vm-ip': {
    env: 'HOLDFAST_KEEP_VM_IP',
    help: 'whether KubeVirt’s machines keep their addresses across their Pods: true or false',
    default: 'true',
  },
  'stateful-set-kinds': {
    env: 'HOLDFAST_STATEFUL_SET_KINDS',
    help: 'more kinds StatefulSet, e.g. apps.kruise.io/v1beta1/statefulsets',
  },
  'pod-grace-seconds': {
    env: 'HOLDFAST_POD_GRACE_SECONDS',
    help: 'how long a Pod or owner must be missing that nobody saw going, before it counts as gone',
    default: '60',
  },
  'command-window-hours': {
    env: 'HOLDFAST_COMMAND_WINDOW_HOURS',
    help: 'how long a command id is remembered',
    default: '24',
  },
  'new-ledger': {
    env: 'HOLDFAST_NEW_LEDGER',
    help: 'make a new ledger where there is none, though the Northbound, the cluster or JetStream knows one',
    isSwitch: true,
  },
  'accept-clock': {
    env: 'HOLDFAST_ACCEPT_CLOCK',
    help: 'begin with this machine’s clock, though another one contradicts it or nothing was recorded for over a year',
    isSwitch: true,
  },
  'serve-uncompared': {
    env: 'HOLDFAST_SERVE_UNCOMPARED',
    help: 'give out addresses before the Northbound, the cluster and JetStream were compared with the ledger',
    isSwitch: true,
  },
  'ready-file': { env: 'HOLDFAST_READY_FILE', help: 'write the bound addresses here once all serves' },
} as const satisfies Record<string, Flag>;

type FlagName = keyof typeof FLAGS;

export function helpText(): string {
  const lines = Object.entries(FLAGS).map(
    ([name, { env, help, ...flag }]) =>
      `  --${name.padEnd(22)} ${help}${'default' in flag ? ` [${flag.default}]` : ''} (${env})`,
  );
  return `holdfast-control-plane: all server roles of the address ledger\n\n${lines.join('\n')}\n`;
}

/** @throws ConfigFault that names the flag and what it takes */
export function readConfig(argv: readonly string[], env: NodeJS.ProcessEnv): Config {
  const options = Object.fromEntries(Object.keys(FLAGS).map((name) => [name, { type: 'string' as const }]));
  let values: Record<string, string | undefined>;
  try {
    ({ values } = parseArgs({ args: argv.map(withValue), options, strict: true, allowPositionals: false }));
  } catch (error) {
    throw new ConfigFault((error as Error).message);
  }
  const get = (name: FlagName): string | undefined => {
    const flag: Flag = FLAGS[name];
    return values[name] ?? env[flag.env] ?? flag.default;
  };
  const config = {
    program: thisProgram(env),
    roles: readRoles(get('roles')),
    store: readStore(get('store'), env),
    httpListen: readListen('http', get('http') as string),
    grpcListen: readListen('grpc', get('grpc') as string),
    natsUrl: get('nats'),
    northbound: get('northbound'),
    southbound: get('southbound'),
    northboundTls: readTls(get),
    switchLbVip: readSwitchLbVip(get('switch-lb-vip') as string),
    kubeconfig: get('kubeconfig'),
    lease: readObjectRef('lease', get('lease') as string),
    mark: readObjectRef('mark', get('mark') as string),
    pods: readPods(get),
    commandWindowHours: readNumber('command-window-hours', get('command-window-hours'), WINDOW_MAX_HOURS),
    isNewLedger: readEither('new-ledger', get('new-ledger') ?? 'false', 'true', 'false'),
    acceptsClock: readEither('accept-clock', get('accept-clock') ?? 'false', 'true', 'false'),
    servesUncompared: readEither('serve-uncompared', get('serve-uncompared') ?? 'false', 'true', 'false'),
    readyFile: get('ready-file'),
  };
  assertCoherent(config);
  return config;
}

const readStore = (given: string | undefined, env: NodeJS.ProcessEnv): string =>
  given ? absoluteStore(given, process.cwd()) : ownStore(env);

/** Where the ledger is unless told otherwise. */
export const ownStore = (env: NodeJS.ProcessEnv): string =>
  defaultStore({ isRoot: process.getuid?.() === 0, home: env['HOME'] || homedir(), env });

function withValue(argument: string): string {
  const flag: Flag | undefined = FLAGS[argument.slice(2) as FlagName];
  return argument.startsWith('--') && flag?.isSwitch ? `${argument}=true` : argument;
}

function readRoles(text: string | undefined): ReadonlySet<Role> {
  if (text === undefined || text === '') return new Set(ROLES);
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(ROLES as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new ConfigFault(`--roles: no role ${unknown}; there are ${ROLES.join(', ')}`);
  return new Set(names as Role[]);
}

function readSwitchLbVip(text: string): SwitchLbVip {
  const way = SWITCH_LB_VIP_WAYS.find((each) => each === text);
  if (!way) throw new ConfigFault(`--switch-lb-vip: ${text} is neither ${SWITCH_LB_VIP_WAYS.join(' nor ')}`);
  return way;
}

function readListen(flag: string, text: string): string {
  const port = Number(/:(\d{1,5})$/.exec(text)?.[1] ?? NaN);
  if (!(port >= 0 && port <= 65_535)) throw new ConfigFault(`--${flag}: ${text} is not host:port`);
  return text;
}

function readObjectRef(flag: 'lease' | 'mark', text: string): ObjectRef {
  const [namespace = '', name = '', ...more] = text.split('/');
  if (!DNS_LABEL.test(namespace) || !DNS_SUBDOMAIN.test(name) || more.length > 0)
    throw new ConfigFault(`--${flag}: ${text} is not namespace/name`);
  return { namespace, name };
}

function readPods(get: (name: FlagName) => string | undefined): PodsConfig | undefined {
  const isOn = readEither('pod-addresses', get('pod-addresses'), 'on', 'off');
  const keepVmIp = readEither('keep-vm-ip', get('keep-vm-ip'), 'true', 'false');
  const kinds = (get('stateful-set-kinds') ?? '').split(',').filter((it) => it.trim() !== '');
  const statefulSetKinds = kinds.map((text) => {
    const [group, version, plural, ...more] = text.trim().split('/');
    if (!group || !version || !plural || more.length > 0)
      throw new ConfigFault(`--stateful-set-kinds: ${text} is not group/version/plural`);
    return namespacedResource(group, version, plural, 'StatefulSet');
  });
  const graceMs = 1000 * readNumber('pod-grace-seconds', get('pod-grace-seconds'), GRACE_MAX_SECONDS);
  return isOn ? { keepVmIp, statefulSetKinds, graceMs } : undefined;
}

function readNumber(flag: FlagName, text: string | undefined, most: number): number {
  const value = Number(text);
  if (!(value > 0 && value <= most)) throw new ConfigFault(`--${flag}: must be > 0 and <= ${most}`);
  return value;
}

function readEither(flag: FlagName, text: string | undefined, yes: string, no: string): boolean {
  if (text !== yes && text !== no) throw new ConfigFault(`--${flag}: ${text} is neither ${yes} nor ${no}`);
  return text === yes;
}

function readTls(get: (name: FlagName) => string | undefined): Config['northboundTls'] {
  const [privateKey, certificate, caCertificate] = [
    get('northbound-key'),
    get('northbound-cert'),
    get('northbound-ca'),
  ];
  return privateKey && certificate && caCertificate ? { privateKey, certificate, caCertificate } : undefined;
}

function assertCoherent(config: Config): void {
  if (config.roles.has('gateway') && !config.roles.has('reservation')) {
    throw new ConfigFault('--roles: gateway needs reservation in the same process, to hand commands to');
  }
  if (config.roles.has('kube-projector') && config.kubeconfig && !config.roles.has('reservation')) {
    throw new ConfigFault(
      '--roles: kube-projector needs reservation in the same process, to hand commands to',
    );
  }
  if (config.pods && !config.kubeconfig) {
    throw new ConfigFault('--pod-addresses: needs --kubeconfig, to know which Pods there are');
  }
  for (const flag of ['northbound', 'southbound'] as const) {
    if (config[flag]?.includes('ssl:') && !config.northboundTls)
      throw new ConfigFault(`--${flag}: ssl: needs --northbound-key, --northbound-cert and --northbound-ca`);
  }
}

/** What this process writes to, and so compares with the ledger first. */
export function sidesOf({ roles, northbound, natsUrl, kubeconfig }: Config): readonly Side[] {
  return [
    ...(northbound !== undefined && roles.has('ovn-projector') ? (['northbound'] as const) : []),
    ...(kubeconfig !== undefined && roles.has('kube-projector') ? (['kubernetes'] as const) : []),
    ...(natsUrl !== undefined && roles.has('gateway') ? (['jetstream'] as const) : []),
  ];
}
