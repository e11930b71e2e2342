// Who uses a Vip, as conditions of its status: `InUse`, and `Bound` where somebody knows who answers for it. Pure.
import type { VipEntry } from '@holdfast/ipam';
import type { Condition } from '../object/conditions';
import type { Binding } from '../object/vip-elsewhere';

/** @param bound absent: nobody knows */
export function usesConditions(held: VipEntry, bound: Binding | undefined): Condition[] {
  return [inUseOf(held), ...boundBy(held, bound)];
}

/** Users that a condition names. */
const NAMED_MAX = 3;

const UNUSED = "It has neither parents nor rules, and is no Pod's address.";

function inUseOf({ name, subnet, reservation }: VipEntry): Condition {
  const pods = subnet.users.usersOf(reservation.holder).map(({ object }) => object);
  const parents = subnet.uses.parents(name).map(({ port }) => port);
  const rules = [...subnet.uses.rulesOf(name)].sort();
  const says = (reason: string, message: string): Condition => {
    return { type: 'InUse', status: 'True', reason, message };
  };
  if (rules.length > 0) return says('Rules', `Its fronts belong to ${named('rule', rules)}.`);
  if (parents.length > 0) return says('Parents', `It may be answered for by ${named('port', parents)}.`);
  if (pods.length > 0) return says('Pods', `It is the address of ${named('', pods)}.`);
  return { type: 'InUse', status: 'False', reason: 'Unused', message: UNUSED };
}

function named(what: string, names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).join(', ');
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  return `${what && `${what}${names.length === 1 ? '' : 's'} `}${shown}${more}`;
}

/** Of a Vip that is a load balancer's front nobody in particular answers. */
function boundBy({ reservation }: VipEntry, bound: Binding | undefined): Condition[] {
  if (!bound || reservation.vip.vipType !== '') return [];
  const { by } = bound;
  if (!by)
    return [{ type: 'Bound', status: 'False', reason: 'Unbound', message: 'No parent answers for it now.' }];
  const message = `Port ${by.port} on chassis ${by.chassis} answers for it.`;
  return [{ type: 'Bound', status: 'True', reason: 'Bound', message }];
}
