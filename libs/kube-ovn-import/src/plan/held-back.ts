// Addresses that the cluster has in use in some way, and of which nobody can be said to be the holder: each is reserved in
// the name of what is to be settled, so that nobody else gets it, and handed on once one holder is left. Never two.
import { type Address, familyOf, formatAddress, type Holder } from '@holdfast/ipam';
import { addressesIn, type Source, type Stray } from '../cluster/claim';
import type { ImportConflict } from '../cluster/conflict';
import { systemHolder } from '../cluster/ip-owners';
import type { ImportCommand, ImportStep } from './import-step';
import type { Rehearsal } from './rehearsal';

/**
 * `held-back`: objects name it and do not agree. `unexplained`: only Kube-OVN's memory, or a port in the Northbound, has
 * it, so that no object's end says that nobody uses it.
 */
type Cause = 'held-back' | 'unexplained';

/** `kube-ovn/<subnet>/held-back-<address>` */
const HOLDER = /^kube-ovn\/[^/]+\/(held-back|unexplained)-(.+)$/;

function holderFor(subnet: string, cause: Cause, address: Address): Holder {
  // What ends with a colon can be nobody's name.
  const holder = systemHolder(subnet, `${cause}-${formatAddress(address).replace(/:$/, ':0')}`);
  if (!holder) throw new TypeError(`subnet ${JSON.stringify(subnet)} can hold nothing back`);
  return holder;
}

export const isHeldBack = (holder: string): boolean => HOLDER.test(holder);

/** What has to be released so that the order can be carried out. */
export function releasesBefore(command: ImportCommand, rehearsal: Rehearsal): ImportCommand[] {
  if (command.type !== 'ReserveAddress' && command.type !== 'ReserveVip') return [];
  const { subnet } = command;
  const who = command.type === 'ReserveVip' ? `vip/${command.name}` : command.holder;
  return addressesIn(command).flatMap((address) => {
    const holder = rehearsal.holderOf(subnet, address);
    const isOther = holder !== undefined && holder !== who && isHeldBack(holder);
    const reason = `settled: ${formatAddress(address)} is that of ${who}`;
    return isOther ? [{ type: 'ReleaseAddress', subnet, holder, reason } as const] : [];
  });
}

/** Steps for whatever is named and has no holder yet. */
export function holdBack(strays: readonly Stray[], cause: Cause, rehearsal: Rehearsal): ImportStep[] {
  const holdings = new Map<Holder, { readonly command: ImportCommand; readonly sources: Source[] }>();
  for (const { subnet, held, source } of strays) {
    if (!rehearsal.has(subnet)) continue;
    for (const address of addressesIn(held)) {
      const holder = rehearsal.holderOf(subnet, address) ?? holderFor(subnet, cause, address);
      if (!isHeldBack(holder)) continue;
      const known = holdings.get(holder);
      if (known) known.sources.push(source);
      else holdings.set(holder, { command: commandFor(subnet, holder, address), sources: [source] });
    }
  }
  return [...holdings].flatMap(([who, { command, sources }]) => {
    const { is } = rehearsal.try(command);
    // A gateway, or what is outside of the blocks, is given to nobody anyway.
    return is === 'refused' ? [] : [{ command, who, isSo: is === 'so', sources }];
  });
}

function commandFor(subnet: string, holder: Holder, address: Address): ImportCommand {
  const named = typeof address === 'number' ? { v4: address } : { v6: address };
  return { type: 'ReserveAddress', subnet, holder, families: [familyOf(address)], ...named };
}

/** @param kept what is held back still */
export function forgotten(
  rehearsal: Rehearsal,
  kept: readonly ImportStep[],
): { readonly steps: readonly ImportStep[]; readonly conflicts: readonly ImportConflict[] } {
  const named = new Set<string>(kept.map(({ who }) => who));
  const left = [...rehearsal.holders()].filter(({ holder }) => isHeldBack(holder) && !named.has(holder));
  const steps: ImportStep[] = [];
  const conflicts: ImportConflict[] = [];
  for (const { subnet, holder } of left) {
    const [, cause, text = ''] = HOLDER.exec(holder) ?? [];
    const reason = `settled: no object names ${text} any more`;
    const command = { type: 'ReleaseAddress', subnet, holder, reason } as const;
    if (cause === 'unexplained') conflicts.push(unexplained(subnet, holder, text));
    else if (rehearsal.try(command).is === 'needed')
      steps.push({ command, who: holder, isSo: false, sources: [] });
  }
  return { steps, conflicts };
}

/** Nobody but people can know that nobody uses it. */
const unexplained = (subnet: string, holder: Holder, text: string): ImportConflict => ({
  code: 'HeldBack',
  subnet,
  about: holder,
  parties: [
    {
      who: holder,
      evidence: ['the ledger: held back by an import before, for which no object explained it'],
    },
    { who: 'nobody', evidence: ['neither an object nor a figure of Kube-OVN names the address now'] },
  ],
  message: `${text} of subnet ${subnet} is held back: somebody used it, and no object said who. If nobody does: holdfast release ${subnet} ${holder}`,
  heldBack: [],
});
