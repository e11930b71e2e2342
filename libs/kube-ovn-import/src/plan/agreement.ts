// Whether all that was said of who has what goes together: of one holder the same everywhere, and no address or MAC with
// two holders. What does not is a conflict, and holds back everybody that it names.
import { type Address, formatAddress, formatMac, type Holder } from '@holdfast/ipam';
import { addressesIn, type Claim, type ClaimedAddress, claimedText } from '../cluster/claim';
import { type ImportConflict, type Party, partyOf } from '../cluster/conflict';

/** What one holder has, by all that was said. */
export interface Holding {
  readonly holder: Holder;
  readonly subnet: string;
  readonly held: ClaimedAddress;
  readonly port?: string;
  readonly portSecurity?: boolean;
  readonly claims: readonly Claim[];
}

export interface Agreement {
  readonly holdings: readonly Holding[];
  readonly conflicts: readonly ImportConflict[];
}

export function agree(claims: readonly Claim[]): Agreement {
  const holdings: Holding[] = [];
  const conflicts: ImportConflict[] = [];
  for (const [holder, said] of Map.groupBy(claims, (claim) => claim.holder)) {
    const agreed = agreedOn(holder, said);
    if (agreed) holdings.push(agreed);
    else conflicts.push(evidenceDiffers(holder, said));
  }
  return { holdings, conflicts: [...conflicts, ...twice(claims)] };
}

function agreedOn(holder: Holder, claims: readonly Claim[]): Holding | undefined {
  const [first] = claims;
  if (!first) return undefined;
  const { subnet, held } = first;
  const mac = claims.find((claim) => claim.held.mac !== undefined)?.held.mac;
  const isAgreed = claims.every(
    (claim) =>
      claim.subnet === subnet &&
      claim.held.v4 === held.v4 &&
      claim.held.v6 === held.v6 &&
      (claim.held.mac === undefined || claim.held.mac === mac),
  );
  if (!isAgreed) return undefined;
  const { port, portSecurity } = claims.find((claim) => claim.portSecurity !== undefined) ?? first;
  return {
    ...{ holder, subnet, claims, held: { v4: held.v4, v6: held.v6, ...(mac !== undefined && { mac }) } },
    ...(port !== undefined && { port, portSecurity: portSecurity ?? false }),
  };
}

function evidenceDiffers(holder: Holder, claims: readonly Claim[]): ImportConflict {
  const versions = Map.groupBy(claims, ({ held, subnet }) => `${claimedText(held)} in ${subnet}`);
  return {
    code: 'EvidenceDiffers',
    subnet: claims[0]?.subnet ?? '',
    about: holder,
    parties: [...versions.values()].map((said) => partyOf(holder, said)),
    message: `It is told in ${versions.size} ways what ${holder} has: ${[...versions.keys()].join('; ')}. Find out which it uses, and correct the other object.`,
    heldBack: [holder],
  };
}

/** Every address, and every MAC in a Subnet, that more than one holder has. */
function twice(claims: readonly Claim[]): ImportConflict[] {
  const byAddress = new Map<string, Contest>();
  const byMac = new Map<string, Contest>();
  for (const claim of claims) {
    const { subnet, held } = claim;
    for (const address of addressesIn(held))
      contest(byAddress, `${subnet} ${address}`, subnet, textOf(address), claim);
    if (held.mac !== undefined) contest(byMac, `${subnet} ${held.mac}`, subnet, formatMac(held.mac), claim);
  }
  return [
    ...contested(byAddress, 'AddressTwice', (about, subnet) => {
      return `${about} of subnet ${subnet} has more than one holder. Leave it to one of them; until then it is held back, so that nobody else gets it.`;
    }),
    ...contested(byMac, 'MacTwice', (about, subnet) => {
      return `MAC address ${about} has more than one holder in subnet ${subnet}, and a switch can have it once. Leave it to one of them. Of Vips of type switch_lb_vip, which Kube-OVN all gives that of the Subnet's router port, take spec.macAddress away: it has no effect there, and here each gets one of its own.`;
    }),
  ];
}

interface Contest {
  readonly subnet: string;
  readonly about: string;
  readonly claims: Claim[];
}

function contest(all: Map<string, Contest>, key: string, subnet: string, about: string, claim: Claim): void {
  const known = all.get(key);
  if (known) known.claims.push(claim);
  else all.set(key, { subnet, about, claims: [claim] });
}

function contested(
  all: ReadonlyMap<string, Contest>,
  code: 'AddressTwice' | 'MacTwice',
  message: (about: string, subnet: string) => string,
): ImportConflict[] {
  const conflicts: ImportConflict[] = [];
  for (const { subnet, about, claims } of all.values()) {
    const byHolder = Map.groupBy(claims, ({ holder }) => holder);
    if (byHolder.size < 2) continue;
    const parties: Party[] = [...byHolder].map(([holder, said]) => partyOf(holder, said));
    const heldBack = [...byHolder.keys()];
    conflicts.push({ code, subnet, about, parties, message: message(about, subnet), heldBack });
  }
  return conflicts;
}

const textOf = (address: Address): string => formatAddress(address);
