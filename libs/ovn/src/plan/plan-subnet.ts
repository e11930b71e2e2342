// What is to be done so that a subnet has its one Logical_Switch, and that this is on the router that the ledger
// names. A switch or a router that others made is used and never touched, and so is the way in which they joined
// the two.
import { type NorthboundKey, nameOf } from '../model/row-keys';
import { joiningRows, routerRow, switchRow } from '../model/switch-rows';
import { dependency } from './dependencies';
import type { Plan } from './plan';
import { RowPlan } from './row-plan';
import type { TransactionBatch } from './transaction-batch';

/** @param explains whether to say what is different */
export function planSubnet(key: NorthboundKey, batch: TransactionBatch, explains: boolean): Plan {
  const { ledger } = batch.options;
  const name = nameOf(key);
  const subnet = ledger.view.subnet(name);
  const plan = new RowPlan(key, batch, explains);
  plan.hasRows = subnet !== undefined;
  plan.position = subnet && ledger.view.subnetPosition(name);
  plan.putContainer(switchRow(name), batch.switchFor(name), 'SwitchInUse');
  const router = subnet?.definition?.router;
  if (subnet && router !== undefined) {
    plan.dependencies.push(dependency.routerName(router));
    const isPlaced = plan.placesOf({ in: 'switch', subnet: name }) !== undefined;
    if (isPlaced) plan.putTogether(joiningRows(subnet, ledger, plan.context));
  }
  return plan.finish();
}

/** What is to be done so that a router that Subnets are to be on is there. */
export function planRouter(key: NorthboundKey, batch: TransactionBatch, explains: boolean): Plan {
  const { view, relations } = batch.options.ledger;
  const name = nameOf(key);
  const plan = new RowPlan(key, batch, explains);
  plan.hasRows = relations.routers.leftsOf(name).size > 0;
  plan.position = plan.hasRows ? view.position : undefined;
  plan.putContainer(routerRow(name), batch.routerFor(name), 'RouterInUse');
  return plan.finish();
}
