// What desired rows are computed from: the ledger's view, what is asked of it the other way round, and the few facts of
// the Northbound on which it depends what should be there.
import type { Address, LedgerView, SubnetState } from '@holdfast/ipam';
import type { LedgerRelations } from './ledger-relations';

/** How a switch answers for a Vip of type `switch_lb_vip` (lb-vip-rows.ts). */
export const SWITCH_LB_VIP_WAYS = ['router-port', 'arp-proxy'] as const;
export type SwitchLbVip = (typeof SWITCH_LB_VIP_WAYS)[number];

export interface LedgerState {
  readonly view: LedgerView;
  readonly relations: LedgerRelations;
  readonly switchLbVip: SwitchLbVip;
}

/** The names of the two ports that put a Subnet's switch on a router. */
export interface JoiningPorts {
  readonly port: string;
  readonly routerPort: string;
}

/** What of the Northbound decides what should be: answered by who reads it, or by `assumedContext`. */
export interface RowContext {
  /** Those of the ports that are on the Subnet's switch. */
  presentPorts(subnet: string, ports: readonly string[]): readonly string[];
  /** The port by which the address is reached: the ledger's, or one on the switch with it in `addresses`. */
  portOf(subnet: SubnetState, address: Address): string | undefined;
  /** The Subnets whose switches are on the same router as this one's, which comes first. */
  subnetsOnRouterOf(subnet: SubnetState): readonly SubnetState[];
  /** `instead`: others put the switch on a router, so we do not; `beside`: their port answers for Vips, not ours. */
  joinedByOthers(subnet: string, names: JoiningPorts): 'not' | 'beside' | 'instead';
}

/** A Northbound that holds what the ledger knows of and nothing else. */
export function assumedContext({ view, relations }: LedgerState): RowContext {
  return {
    presentPorts: (_subnet, ports) => ports,
    portOf: (subnet, address) => subnet.byAddress.get(address)?.port,
    subnetsOnRouterOf: (subnet) => {
      const [router] = relations.routers.rightsOf(subnet.name);
      const names = router === undefined ? [] : [...relations.routers.leftsOf(router)].sort();
      const others = names.filter((name) => name !== subnet.name);
      return [subnet, ...others.flatMap((name) => view.subnet(name) ?? [])];
    },
    joinedByOthers: () => 'not',
  };
}
