// What a holder has or had, as the reference model keeps it, and whether that is what somebody asks for.
import type { Address, Family } from '../address';
import type { Holder } from '../holder';
import type { Labels } from '../label';
import type { RejectionCode } from '../rejection';
import type { HeldAddress, PortRequest, VipPurpose } from '../subnet';

export type ReferenceDecision =
  | { readonly rejected: RejectionCode }
  /** What the holder has now, or had until now; nothing for commands about the subnet itself. */
  | { readonly changed: boolean; readonly held?: HeldAddress; readonly rejected?: undefined };

export interface ReferenceHolding extends HeldAddress, PortRequest {
  readonly holder: Holder;
  readonly changedAtMs: number;
  readonly purpose?: string;
  readonly claim?: number;
}

export interface Past {
  readonly address: Address;
  readonly holder: Holder;
  readonly atMs: number;
}

export interface Release {
  readonly holder: Holder;
  readonly atMs: number;
  readonly held: HeldAddress;
}

export type Demand = Partial<HeldAddress> &
  PortRequest & {
    readonly families?: readonly Family[];
    readonly pool?: string;
    readonly prefersFormer?: boolean;
    readonly labels?: Labels;
  };
export const addresses = ({ v4, v6 }: { readonly v4?: number; readonly v6?: bigint }): Address[] =>
  [v4, v6].filter((address) => address !== undefined);

export function isFulfilled(request: Demand, held: ReferenceHolding): boolean {
  const keys = ['v4', 'v6', 'mac'] as const;
  return (
    keys.every((key) => request[key] === undefined || request[key] === held[key]) &&
    (request.port === undefined ||
      (request.port === held.port && !request.portSecurity === !held.portSecurity)) &&
    (request.families ?? []).every((family) => held[`v${family}`] !== undefined)
  );
}

export const purposeText = ({ vipType, namespace = '', selector, note = '' }: VipPurpose): string =>
  JSON.stringify([vipType, namespace, selector, note]);
