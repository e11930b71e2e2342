// All that the ledger has, in the form that import compares with.
import type { v1 } from '@holdfast/api';
import { parseHolder } from '@holdfast/ipam';
import type { LedgerContents, LedgerReservation, LedgerVip } from '../plan/ledger-contents';
import type { LedgerCallOutcome, LedgerCallRefusal, LedgerClient } from './ledger-client';

export interface ReadLedger extends LedgerContents {
  readonly position: string;
  /** Which ledger it is; '' while nothing has happened in it. */
  readonly ledgerId: string;
}

/** How many are asked for at once: there is no list of all Vips' parents. */
const AT_ONCE_MAX = 16;

/** @param atLeastPosition '' for what is there now @param withParents also who may answer for each Vip */
export async function readLedger(
  ledger: LedgerClient,
  atLeastPosition: string,
  withParents: boolean,
): Promise<LedgerCallOutcome<ReadLedger>> {
  const subnets = await ledger.callForAll('ListSubnets', { atLeastPosition });
  if (subnets.refusal) return subnets;
  const reservations = await ledger.callForAll('ListReservations', { atLeastPosition });
  if (reservations.refusal) return reservations;
  const vips = await ledger.callForAll('ListVips', { atLeastPosition });
  if (vips.refusal) return vips;
  const status = await ledger.call('GetStatus', {});
  if (status.refusal) return status;
  const detailed: LedgerCallOutcome<readonly LedgerVip[]> = withParents
    ? await parentsOf(ledger, vips.reply.vips)
    : { reply: vips.reply.vips };
  if (detailed.refusal) return detailed;
  return {
    reply: {
      position: reservations.reply.position,
      ledgerId: status.reply.ledger,
      subnets: subnets.reply.subnets.map(toSubnet),
      reservations: reservations.reply.reservations.map(toReservation),
      vips: detailed.reply,
    },
  };
}

/** Of the Vips that ports of others may answer for. */
async function parentsOf(
  ledger: LedgerClient,
  vips: readonly v1.Vip[],
): Promise<LedgerCallOutcome<LedgerVip[]>> {
  const read: LedgerVip[] = [];
  const waiting = vips.values();
  let refusal: LedgerCallRefusal | undefined;
  const work = async (): Promise<void> => {
    for (const vip of waiting) {
      const outcome = await ledger.call('GetVip', { name: vip.name });
      // One that was released meanwhile has none.
      if (outcome.refusal && outcome.refusal.code !== 'VipNotFound') refusal = outcome.refusal;
      if (refusal) return;
      read.push({ ...vip, parents: outcome.refusal ? [] : outcome.reply.parents.map(({ port }) => port) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE_MAX }, work));
  return refusal ? { refusal } : { reply: read };
}

function toSubnet(subnet: v1.Subnet): LedgerContents['subnets'][number] {
  const { name, cidrs, gateways, excluded, cooling, router, retention, pools } = subnet;
  const coolingMs = cooling ? Number(cooling.seconds) * 1000 + cooling.nanos / 1_000_000 : 0;
  return { name, cidrs, gateways, excluded, coolingMs, router, retention, pools };
}

function toReservation(reservation: v1.Reservation): LedgerReservation {
  const { subnet, holder, v4, v6, mac, port, portSecurity, users, retained } = reservation;
  const { retention, retentionBy } = reservation;
  const keptFor = retained?.owner === undefined ? undefined : parseHolder(retained.owner);
  return {
    ...{ subnet, holder, v4, v6, mac, port, portSecurity },
    users: users.map(({ object, uid, node, port: ofVip, owner }) => ({
      ...{ object, uid, node, port: ofVip },
      ...(owner !== undefined && { owner: parseHolder(owner) }),
    })),
    isForEver: retention === 'forever' && retentionBy === 'holder',
    ...(retained && { retained: keptFor ? { owner: keptFor } : {} }),
  };
}
