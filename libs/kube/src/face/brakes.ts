// The brakes of the kinds that leave something behind, and what is said of them when they hold.
import { SWITCH_LB_RULES, VIPS } from '../resource';
import { Brake } from './brake';
import type { Brakes } from './context';
import { type Ledger, THROUGH_KUBERNETES } from './ledger';
import { namesOfHeldRules, rulesOfObject } from './rules/held-rules';

export const MISSING_CODE = 'kubernetes-objects-missing';

export function brakesOver(ledger: Ledger): Brakes {
  const isOurs = (name: string): boolean => ledger.view.vipReservedThrough(name) === THROUGH_KUBERNETES;
  return {
    vips: new Brake({
      has: (name) => isOurs(name) && ledger.view.vip(name) !== undefined,
      *names() {
        for (const { name } of ledger.view.vips()) if (isOurs(name)) yield name;
      },
    }),
    rules: new Brake({
      has: (name) => rulesOfObject(ledger.view, name).length > 0,
      names: () => namesOfHeldRules(ledger.view),
    }),
  };
}

const WHAT = {
  vips: { resource: VIPS, undone: 'released', command: 'holdfast vip release NAME' },
  rules: { resource: SWITCH_LB_RULES, undone: 'retired', command: 'holdfast rule retire SUBNET NAME' },
} as const;

/** What to tell while a brake holds; undefined when none of its objects is missing in a way that is not believed. */
export function missingText(kind: keyof Brakes, brake: Brake): string | undefined {
  if (brake.size === 0) return undefined;
  const { resource, undone, command } = WHAT[kind];
  return [
    `${brake.missing} objects of kind ${resource.kind} are missing in this cluster, and none is there that shows that it is`,
    `the cluster in which they were created: it may be another one, an empty one, or one that is being restored. Nothing is`,
    `${undone} for them. Connect the right cluster or restore the objects; if they are gone for good: ${command}.`,
  ].join(' ');
}
