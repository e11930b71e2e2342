// What surrounds our rows, read from the Northbound and from what the same transaction makes. Each answer is noted, so
// that the key is compared again when it would be another one.
import { type Address, type SubnetState, formatAddress } from '@holdfast/ipam';
import { attachmentOf } from '../actual/attachment';
import type { NorthboundRows } from '../actual/northbound-rows';
import type { JoiningPorts, RowContext } from '../model/ledger-state';
import type { RowUuid } from '../model/tables';
import { dependency } from './dependencies';
import type { PlaceFinder } from './place-finder';
import type { TransactionBatch } from './transaction-batch';

export class ActualContext implements RowContext {
  private readonly rows: NorthboundRows;

  constructor(
    private readonly batch: TransactionBatch,
    private readonly places: PlaceFinder,
    /** Takes in what the answers rest on. */
    private readonly dependencies: string[],
  ) {
    this.rows = batch.options.rows;
  }

  /** Parents are found by their names in the ledger, so this needs no note. */
  presentPorts(subnet: string, ports: readonly string[]): readonly string[] {
    const place = this.switchOf(subnet);
    if (place === undefined) return NO_PORTS;
    const { rows, batch } = this;
    return ports.filter(
      (port) => rows.portNamed(port)?.places.includes(place) || batch.madeOf('port', port) === place,
    );
  }

  portOf({ name, byAddress }: SubnetState, address: Address): string | undefined {
    const text = formatAddress(address);
    this.dependencies.push(dependency.held(name, text));
    const port = byAddress.get(address)?.port;
    if (port !== undefined) return port;
    const { candidates } = this.batch.switchFor(name);
    const [place] = candidates;
    if (place === undefined || candidates.length > 1) return undefined;
    this.dependencies.push(dependency.addressOn(place, text));
    const [uuid] = this.rows.onSwitch(place)?.addresses.get(address) ?? [];
    return uuid && this.rows.port(uuid).row.name;
  }

  subnetsOnRouterOf(subnet: SubnetState): readonly SubnetState[] {
    const { into = [] } = this.places.find({ in: 'client-switches', subnet: subnet.name });
    const { view } = this.batch.options.ledger;
    const others = into.flatMap((uuid) =>
      this.rows.get(uuid) ? (view.subnet(this.rows.switch(uuid).row.name) ?? []) : [],
    );
    const subnets = [...new Set([subnet, ...others])];
    for (const { name } of subnets) this.dependencies.push(dependency.subnet(name));
    return subnets;
  }

  joinedByOthers(subnet: string, names: JoiningPorts): 'not' | 'beside' | 'instead' {
    const place = this.switchOf(subnet);
    if (place === undefined) return 'not';
    this.dependencies.push(
      dependency.portName(names.port),
      dependency.portName(names.routerPort),
      dependency.attachment(place),
    );
    if (this.isJoinedInstead(place, names)) return 'instead';
    // Where others joined the switch to a router too, one of the ports answers and not both.
    const attachment = attachmentOf(this.rows, place);
    return attachment && !attachment.port.owner ? 'beside' : 'not';
  }

  /** Others put their switch on a router, or made the very pair: it is theirs to keep. */
  private isJoinedInstead(place: RowUuid, names: JoiningPorts): boolean {
    const port = this.rows.portNamed(names.port);
    const routerPort = this.rows.routerPortNamed(names.routerPort);
    if (port && !port.owner && routerPort && !routerPort.owner) return true;
    const onSwitch = this.rows.get(place);
    if (onSwitch === undefined || onSwitch.owner) return false;
    const attachments = [...(this.rows.onSwitch(place)?.attachments ?? [])];
    return attachments.some((uuid) => !this.rows.port(uuid).owner);
  }

  private switchOf(subnet: string): RowUuid | undefined {
    return this.places.find({ in: 'switch', subnet }).into?.[0];
  }
}

const NO_PORTS: readonly string[] = [];
