// What is to be done so that a Vip has its rows. Rows of others in the way are never touched: the Vip is not projected
// then, and says why.
import { type VipEntry, addressesOf, formatAddress } from '@holdfast/ipam';
import { type Attachment, attachmentOf } from '../actual/attachment';
import { ownRouterPortRows } from '../model/lb-vip-rows';
import { type NorthboundKey, nameOf } from '../model/row-keys';
import type { RowUuid } from '../model/tables';
import { grantedParents, hasRows, vipPortRows } from '../model/vip-rows';
import { dependency } from './dependencies';
import type { Notice, Plan } from './plan';
import { RowPlan } from './row-plan';
import { answered } from './row-obstacles';
import type { TransactionBatch } from './transaction-batch';

/** @param explains whether to say what is different */
export function planVip(key: NorthboundKey, batch: TransactionBatch, explains: boolean): Plan {
  const { ledger } = batch.options;
  const name = nameOf(key);
  const vip = ledger.view.vip(name);
  const plan = new RowPlan(key, batch, explains);
  if (!vip) return plan.finish();
  plan.position = ledger.view.vipPosition(name);
  plan.hasRows = hasRows(vip);
  const granted = grantedParents(vip) ?? NOBODY;
  const parents = granted.length === 0 ? granted : plan.context.presentPorts(vip.subnet.name, granted);
  for (const row of vipPortRows(vip, ledger, parents)) plan.put(row);
  if (parents.length < granted.length) noticeMissingParents(plan, vip, granted, parents);
  if (vip.reservation.vip.vipType === 'switch_lb_vip') answerForLbVip(plan, vip);
  return plan.finish();
}

function noticeMissingParents(
  plan: RowPlan,
  { subnet: { name } }: VipEntry,
  granted: readonly string[],
  parents: readonly string[],
): void {
  if (!plan.places.find({ in: 'switch', subnet: name }).into) return;
  const there = new Set(parents);
  const missing = granted.filter((port) => !there.has(port));
  plan.notice = parentMissing(missing, name);
}

function answerForLbVip(plan: RowPlan, vip: VipEntry): void {
  const place = plan.placesOf({ in: 'switch', subnet: vip.subnet.name })?.[0];
  if (place === undefined) return;
  const router = plan.places.routerOf(vip.subnet.name);
  const { ledger } = plan.batch.options;
  if (ledger.switchLbVip === 'arp-proxy')
    return answerByProxy(plan, vip, attachmentOf(plan.rows, place), place);
  if (router === undefined) return noRouter(plan, vip);
  plan.putTogether(ownRouterPortRows(vip, ledger));
}

/** The rows are the switch's port's: see plan-subnet.ts where it is ours, plan-foreign-port.ts where not. */
function answerByProxy(
  plan: RowPlan,
  vip: VipEntry,
  attachment: Attachment | undefined,
  place: RowUuid,
): void {
  const obstacle = answered(plan.rows, place, addressesOf(vip.reservation));
  if (obstacle) {
    plan.obstacle ??= obstacle;
    return;
  }
  if (!attachment) {
    // The pair that joins the two is made by the same transaction; its rows make this key due.
    if (plan.places.namedRouter(vip.subnet.name) === undefined) noRouter(plan, vip);
    plan.isPending = true;
    return;
  }
  const { v4, v6 } = vip.reservation;
  if (v6 !== undefined) plan.notice = notByProxy(vip.name, formatAddress(v6));
  if (v4 === undefined) return;
  const { name, options } = attachment.port.row;
  plan.dependencies.push(dependency.portName(name));
  const proxied = (options['arp_proxy'] ?? '').split(/\s+/);
  plan.isPending = !proxied.includes(formatAddress(v4));
}

function noRouter(plan: RowPlan, { name, subnet }: VipEntry): void {
  plan.block(
    'NoRouter',
    `Logical_Switch ${subnet.name} is on no router, and nobody else can answer for Vip ${name} there; put the switch on one, or name a router for subnet ${subnet.name}.`,
  );
}

const notByProxy = (vip: string, address: string): Notice => ({
  reason: 'Ipv6NotAnswered',
  message: `Its rows in the Northbound are as they should be, but by arp_proxy a router answers for IPv4 alone, not for ${address} of Vip ${vip}; project it the other way (router-port).`,
});

/** More than these are counted, not named. */
const NAMED_MAX = 5;

function parentMissing(missing: readonly string[], switchName: string): Notice {
  const named = missing.slice(0, NAMED_MAX).join(', ');
  const more = missing.length > NAMED_MAX ? ` and ${missing.length - NAMED_MAX} more` : '';
  return {
    reason: 'ParentMissing',
    message: `Its rows in the Northbound are as they should be; no port of Logical_Switch ${switchName} is called ${named}${more}, which may answer for it as soon as there is one.`,
  };
}

const NOBODY: readonly string[] = [];
