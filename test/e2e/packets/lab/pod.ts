// A Pod as the network sees it: a namespace with interfaces that are bound to logical switch ports by iface-id. The
// rows of those ports are not its business.
import type { Chassis } from './chassis';
import type { Enclosure } from './enclosure';
import { Running } from './running';

export interface NicOptions {
  readonly chassis: Chassis;
  /** The name of the Logical_Switch_Port. */
  readonly port: string;
  readonly mac: string;
  /** With prefix length, `10.16.0.7/16`. */
  readonly v4?: string;
  readonly gateway4?: string;
  /** With prefix length, `fd00::7/64`. */
  readonly v6?: string;
  readonly gateway6?: string;
  /** Default `eth0`. */
  readonly interface?: string;
}

export interface PodOptions extends NicOptions {
  readonly name: string;
}

/**
 * Transmit checksum offload leaves checksums to a network card that is not there: ping works then, and every TCP
 * connection fails. Without duplicate address detection addresses are good at once.
 */
const SET_UP = `
  nic=$1; shift
  ethtool -K "$nic" tx off
  echo 0 >/proc/sys/net/ipv6/conf/$nic/accept_dad
  echo 0 >/proc/sys/net/ipv6/conf/$nic/accept_ra
  ip link set "$nic" address "$1" up; shift
  for command; do ip $command; done`;

/** Below those that the kernel gives by itself (ip_local_port_range), so that nobody else has one of them. */
const SOURCE_PORTS = { first: 10_000, last: 32_767 };

export class Pod {
  private sourcePortsTaken = 0;
  private readonly cables = new Map<string, { readonly chassis: Chassis; readonly cable: string }>();

  private constructor(
    readonly name: string,
    /** Of its first interface. */
    readonly port: string,
    private readonly enclosure: Enclosure,
    private readonly network: string,
  ) {}

  static async add(enclosure: Enclosure, options: PodOptions): Promise<Pod> {
    const network = await enclosure.addNetwork(`pod-${options.name}`);
    const pod = new Pod(options.name, options.port, enclosure, network);
    await pod.addNic(options);
    return pod;
  }

  /** Another interface, on another port. */
  async addNic(options: NicOptions): Promise<void> {
    const { chassis, port, interface: nic = 'eth0' } = options;
    const cable = await chassis.layCable(this.network, nic);
    await this.exec(['sh', '-ec', SET_UP, 'sh', nic, options.mac, ...addresses(nic, options)]);
    await chassis.bind(cable, port);
    this.cables.set(nic, { chassis, cable });
  }

  /** @returns what it printed. @throws Error with what it complained of, if it fails */
  exec(argv: readonly string[]): Promise<string> {
    return this.enclosure.run(argv, { network: this.network });
  }

  /**
   * Ports for as many connections, the first of them. None is ever used twice: Open vSwitch before 2.17.8, 3.0.5 and 3.1.3
   * aborts in userspace when a connection to a load balancer comes from a port whose former connection is not swept yet.
   * @throws Error when there are none left
   */
  takeSourcePorts(count: number): number {
    const first = SOURCE_PORTS.first + this.sourcePortsTaken;
    this.sourcePortsTaken += count;
    if (first + count - 1 > SOURCE_PORTS.last) throw new Error(`${this.name} has no source ports left`);
    return first;
  }

  /** Starts a program that goes on. */
  run(argv: readonly string[]): Promise<Running> {
    return Running.start(this.enclosure, argv, { network: this.network });
  }

  /** Without telling anybody: no gratuitous ARP, no neighbour advertisement. @param address with prefix length */
  async hold(address: string, nic = 'eth0'): Promise<void> {
    await this.exec(['ip', 'addr', 'add', address, 'dev', nic, ...nodad(address)]);
  }

  /** Nothing happens if it does not hold it. */
  async drop(address: string, nic = 'eth0'): Promise<void> {
    await this.exec(['sh', '-c', 'ip addr del "$1" dev "$2" 2>/dev/null || :', 'sh', address, nic]);
  }

  /** As a Pod that is deleted: its interfaces go, and with them what its ports claimed. What runs in it does not end. */
  async remove(): Promise<void> {
    await Promise.all([...this.cables.values()].map(({ chassis, cable }) => chassis.removeCable(cable)));
    this.cables.clear();
    await this.enclosure.removeNetwork(this.network);
  }

  /** As a cable that is pulled, or plugged again: the carrier goes, addresses and routes stay. */
  async setCarrier(state: 'up' | 'down', nic = 'eth0'): Promise<void> {
    const end = this.cables.get(nic);
    if (!end) throw new Error(`${this.name} has no ${nic}`);
    await end.chassis.setCarrier(end.cable, state);
  }
}

function addresses(nic: string, { v4, gateway4, v6, gateway6 }: NicOptions): readonly string[] {
  return [
    ...(v4 ? [`addr add ${v4} dev ${nic}`] : []),
    ...(gateway4 ? [`route add default via ${gateway4}`] : []),
    ...(v6 ? [`addr add ${v6} dev ${nic} nodad`] : []),
    ...(gateway6 ? [`-6 route add default via ${gateway6}`] : []),
  ];
}

function nodad(address: string): readonly string[] {
  return address.includes(':') ? ['nodad'] : [];
}
