// Everything that should be in the Northbound, key by key: a function of the ledger's state and of a few facts about
// the Northbound around our rows. Which of the rows are there already it does not know.
import { type LedgerView, isVipHolder, parseHolder } from '@holdfast/ipam';
import type { DesiredRow } from './desired-row';
import type { LedgerRelations } from './ledger-relations';
import type { LedgerState, RowContext } from './ledger-state';
import { holderPortRows } from './port-rows';
import { type KeyKind, type NorthboundKey, kindOfKey, nameOf, northboundKey, partsOf } from './row-keys';
import { ruleRows } from './rule-rows';
import { joiningRows, routerRow, switchRow } from './switch-rows';
import { vipRows } from './vip-rows';

type RowsOf = (key: NorthboundKey, ledger: LedgerState, context: RowContext) => readonly DesiredRow[];

/** The rows of one key. */
export const desiredRowsOf: RowsOf = (key, ledger, context) => ROWS[kindOfKey(key)](key, ledger, context);

const ROWS: { readonly [Kind in KeyKind]: RowsOf } = {
  router: (key, { relations }) => {
    const name = nameOf(key);
    return relations.routers.leftsOf(name).size > 0 ? [routerRow(name)] : [];
  },
  subnet: (key, ledger, context) => {
    const subnet = ledger.view.subnet(nameOf(key));
    return subnet ? [switchRow(subnet.name), ...joiningRows(subnet, ledger, context)] : [];
  },
  port: (key, ledger) => {
    const { subnet, name } = partsOf(key);
    const holder = parseHolder(name);
    return holder ? holderPortRows(subnet, holder, ledger) : [];
  },
  vip: (key, ledger, context) => vipRows(nameOf(key), ledger, context),
  // A port of others has no row of ours: foreign-port.ts says what of it is from us.
  foreign: () => [],
  rule: (key, ledger, context) => {
    const { subnet, name } = partsOf(key);
    return ruleRows(subnet, name, ledger, context);
  },
};

/** Every key of which something is or may have to be in the Northbound, as far as the ledger goes. */
export function* keysOfLedger(view: LedgerView, relations: LedgerRelations): Iterable<NorthboundKey> {
  for (const router of relations.routers.allRights()) yield northboundKey.router(router);
  for (const { name, uses, byHolder } of view.subnets()) {
    yield northboundKey.subnet(name);
    for (const rule of uses.rules()) yield northboundKey.rule(name, rule.name);
    for (const { holder } of byHolder.values())
      if (isVipHolder(holder)) yield northboundKey.vipHolder(holder);
  }
  yield* relations.ports.allLefts();
  for (const port of relations.parents.allRights()) yield northboundKey.foreign(port);
}
