// Who answers for each Vip now, as the Southbound knows it: ovn-controller writes there which parent last claimed a
// virtual port (ovn-sb(5), Port_Binding.virtual_parent). It only listens; nothing is ever written there by us.
import { OvsdbClient, type OvsdbClientOptions, type OvsdbReplica } from '@holdfast/ovsdb';
import { vipOfPortName } from '../model/desired-row';
import { OVN_Southbound, type OVN_Southbound_Tables } from '../generated/southbound';

/** Of one family of a Vip. */
export interface VipBinding {
  /** Name of the parent's Logical_Switch_Port. */
  readonly port: string;
  /** Name of the chassis where that port is; undefined: not known (yet). */
  readonly chassis: string | undefined;
}

export type SouthboundOptions = Omit<OvsdbClientOptions<OVN_Southbound_Tables>, 'database'>;

type Tables = Pick<OVN_Southbound_Tables, 'Port_Binding' | 'Chassis'>;
type PortBinding = Tables['Port_Binding'];

export class SouthboundBindings {
  private readonly client: OvsdbClient<OVN_Southbound_Tables>;
  private readonly replica: OvsdbReplica<Tables>;
  /** Rows of virtual ports by the port's name. */
  private readonly rows = new Map<string, PortBinding>();
  private readonly listeners = new Set<(vip: string) => void>();

  /** Begins to connect and returns at once. @throws OvsdbFault `invalid-remote` */
  constructor(options: SouthboundOptions) {
    this.client = OvsdbClient.open({ ...options, database: OVN_Southbound });
    this.replica = this.client.replicate({
      Port_Binding: {
        columns: ['logical_port', 'type', 'virtual_parent', 'chassis'],
        where: [['type', '==', 'virtual']],
      },
      Chassis: { columns: ['name'] },
    }) as unknown as OvsdbReplica<Tables>;
    this.replica.onBatch(({ changes }) => {
      for (const change of changes)
        if (change.table === 'Port_Binding') this.take(change.before, change.after);
    });
  }

  /** Who answers for the Vip: nobody, or one a family (mostly the same). */
  bindingsOf(vip: string): readonly VipBinding[] {
    return [vip, `${vip}:ipv6`].flatMap((port) => {
      const row = this.rows.get(port);
      if (row?.virtual_parent === undefined) return [];
      const chassis = row.chassis && this.replica.table('Chassis').get(row.chassis)?.name;
      return [{ port: row.virtual_parent, chassis }];
    });
  }

  /** Calls `listener` with each Vip for which another parent answers now. Returns what ends it. */
  onChange(listener: (vip: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Whether the answers are those of the Southbound now, and not of before the connection was lost. */
  get isConnected(): boolean {
    return this.replica.state === 'synced';
  }

  /** How often there was a new connection, since the start. */
  get connections(): number {
    return this.client.connections;
  }

  /** Calls `listener` when it is connected, or no more. Returns what ends it. */
  onConnection(listener: () => void): () => void {
    return this.replica.onState(() => listener());
  }

  get trouble(): string | undefined {
    const { state } = this.client;
    const fault = this.replica.fault ?? (state.status === 'connecting' ? state.fault : undefined);
    return fault?.message;
  }

  async close(): Promise<void> {
    await this.replica.close();
    await this.client.close();
  }

  private take(before: PortBinding | undefined, after: PortBinding | undefined): void {
    // The row of a port that is made anew may come before its predecessor's goes.
    if (before && this.rows.get(before.logical_port)?._uuid === before._uuid)
      this.rows.delete(before.logical_port);
    if (after) this.rows.set(after.logical_port, after);
    const vips = new Set([before, after].flatMap((row) => (row ? [vipOfPortName(row.logical_port)] : [])));
    for (const vip of vips) for (const listener of this.listeners) listener(vip);
  }
}
