// All that the ledger has, in the form that import compares with.
import type { LedgerContents, LedgerReservation } from '@holdfast/kube';
import type { v1 } from '@holdfast/api';
import { parseHolder } from '@holdfast/ipam';
import type { Ledger } from '../ledger';
import type { Outcome } from '../outcome';

/** @param atLeastPosition '' for what is there now */
export async function askLedger(
  ledger: Ledger,
  atLeastPosition: string,
): Promise<Outcome<LedgerContents & { readonly position: string }>> {
  const subnets = await ledger.callForAll('ListSubnets', { atLeastPosition });
  if (subnets.refusal) return subnets;
  const reservations = await ledger.callForAll('ListReservations', { atLeastPosition });
  if (reservations.refusal) return reservations;
  const vips = await ledger.callForAll('ListVips', { atLeastPosition });
  if (vips.refusal) return vips;
  return {
    reply: {
      position: reservations.reply.position,
      subnets: subnets.reply.subnets.map(toSubnet),
      reservations: reservations.reply.reservations.map(toReservation),
      vips: vips.reply.vips,
    },
  };
}

function toSubnet(subnet: v1.Subnet): LedgerContents['subnets'][number] {
  const { name, cidrs, gateways, excluded, cooling, router, retention, pools } = subnet;
  const coolingMs = cooling ? Number(cooling.seconds) * 1000 + cooling.nanos / 1_000_000 : 0;
  return { name, cidrs, gateways, excluded, coolingMs, router, retention, pools };
}

function toReservation(reservation: v1.Reservation): LedgerReservation {
  const { subnet, holder, v4, v6, mac, port, portSecurity, users, retention, retentionBy } = reservation;
  return {
    ...{ subnet, holder, v4, v6, mac, port, portSecurity },
    users: users.map(({ object, uid, node, port: ofVip, owner }) => ({
      ...{ object, uid, node, port: ofVip },
      ...(owner !== undefined && { owner: parseHolder(owner) }),
    })),
    isForEver: retention === 'forever' && retentionBy === 'holder',
  };
}
