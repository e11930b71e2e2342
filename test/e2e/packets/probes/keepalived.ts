// keepalived in a Pod, as who runs a Vip by VRRP has it. It moves addresses and announces them; nothing else here does.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PacketLab } from '../lab/lab';
import type { Pod } from '../lab/pod';
import type { Running } from '../lab/running';

export interface KeepalivedOptions {
  /** With prefix length, of one family: VRRP does not mix them in an instance (RFC 5798 section 5.2.9). */
  readonly addresses: readonly string[];
  /** The same on every Pod of a Vip, and nowhere else in the subnet; 1 to 255. */
  readonly routerId: number;
  /** The highest that lives is master; 1 to 254. */
  readonly priority: number;
  /** Default 100. A backup takes over after three that it misses and a bit. */
  readonly advertMs?: number;
}

/** Three adverts of 1 s and the wait before an election, on a loaded machine. */
const MASTER_WITHIN_MS = 20_000;

export class Keepalived {
  private constructor(
    private readonly running: Running,
    private readonly vrrpPidfile: string,
  ) {}

  /** Resolves once it listens for a master. */
  static async start(lab: PacketLab, pod: Pod, options: KeepalivedOptions): Promise<Keepalived> {
    const file = (suffix: string): string =>
      join(lab.folder, `keepalived-${pod.name}-${options.routerId}.${suffix}`);
    await writeFile(file('conf'), configuration(options));
    // Those of a predecessor that was killed: its PIDs may be others' by now, and it would not start.
    await Promise.all(['pid', 'vrrp.pid'].map((suffix) => rm(file(suffix), { force: true })));
    const pidfiles = ['--pid', file('pid'), '--vrrp_pid', file('vrrp.pid')];
    const flags = ['--vrrp', '--dont-fork', '--log-console', '--use-file', file('conf'), ...pidfiles];
    const running = await pod.run(['keepalived', ...flags]);
    await Promise.all([running.line(/Entering BACKUP STATE/), running.line(/Startup complete/)]);
    return new Keepalived(running, file('vrrp.pid'));
  }

  /** Resolves once it is master, or has been. */
  async whenMaster(): Promise<void> {
    await this.running.line(/Entering MASTER STATE/, MASTER_WITHIN_MS);
  }

  /** By SIGTERM: it gives the address up and tells the backups. */
  async stop(): Promise<void> {
    await this.running.end('SIGTERM');
  }

  /** As a crash: it tells nobody, and the address stays on the Pod. */
  async kill(): Promise<void> {
    // The child first, because it ends properly when its parent dies. (A stopped parent would stop nsenter too.)
    await this.running.end('SIGKILL', this.vrrpPidfile);
  }
}

/** keepalived.conf(5). All start as backups and elect. One more gratuitous ARP every 10 s heals a claim that got lost. */
function configuration(options: KeepalivedOptions): string {
  const { addresses, routerId, priority, advertMs = 100 } = options;
  return `global_defs {
  vrrp_version 3
}
vrrp_instance vip${routerId} {
  state BACKUP
  interface eth0
  virtual_router_id ${routerId}
  priority ${priority}
  advert_int ${advertMs / 1000}
  garp_master_refresh 10
  virtual_ipaddress {
    ${addresses.map((address) => `${address} dev eth0`).join('\n    ')}
  }
}
`;
}
