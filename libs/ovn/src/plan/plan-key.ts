// `plan(key)`: what is to be written for one key. The model says which rows should be there, the rows which are; each
// kind of key adds what only it knows.
import { parseHolder } from '@holdfast/ipam';
import { holderPortRows } from '../model/port-rows';
import { type KeyKind, type NorthboundKey, kindOfKey, partsOf } from '../model/row-keys';
import { ruleRows } from '../model/rule-rows';
import type { Plan } from './plan';
import { planForeignPort } from './plan-foreign-port';
import { planRouter, planSubnet } from './plan-subnet';
import { planVip } from './plan-vip';
import { RowPlan } from './row-plan';
import type { TransactionBatch } from './transaction-batch';

/** @param explains whether to say what is different */
type Planner = (key: NorthboundKey, batch: TransactionBatch, explains: boolean) => Plan;

export const planKey: Planner = (key, batch, explains) => PLANNERS[kindOfKey(key)](key, batch, explains);

const PLANNERS: { readonly [Kind in KeyKind]: Planner } = {
  router: planRouter,
  subnet: planSubnet,
  port: planPort,
  vip: planVip,
  foreign: planForeignPort,
  rule: planRule,
};

function planPort(key: NorthboundKey, batch: TransactionBatch, explains: boolean): Plan {
  const { ledger } = batch.options;
  const { subnet, name } = partsOf(key);
  const plan = new RowPlan(key, batch, explains);
  const holder = parseHolder(name);
  for (const row of holder ? holderPortRows(subnet, holder, ledger) : []) {
    plan.hasRows = true;
    plan.position = ledger.view.subnetPosition(subnet);
    // Vips that the same transaction makes may have it as a parent.
    if (plan.put(row)) batch.make('port', row.columns['name'] as string, plan.placesOf(row.place)![0]!);
  }
  return plan.finish();
}

function planRule(key: NorthboundKey, batch: TransactionBatch, explains: boolean): Plan {
  const { ledger } = batch.options;
  const { subnet, name } = partsOf(key);
  const plan = new RowPlan(key, batch, explains);
  const rule = ledger.view.subnet(subnet)?.uses.rule(name);
  if (rule && ledger.view.vip(rule.vip)) {
    plan.hasRows = true;
    plan.position = ledger.view.vipPosition(rule.vip);
    for (const row of ruleRows(subnet, name, ledger, plan.context)) plan.put(row);
  }
  return plan.finish();
}
