// The deletion guards of all kinds whose objects, when they vanish, leave something behind that is let go of; and what is said
// while they hold something back.
import { IP_POOLS, type Resource, SUBNETS, SWITCH_LB_RULES, VIPS } from '@holdfast/kube-api';
import type { ProjectorLedger } from '@holdfast/ledger';
import { DeletionGuard, HELD_BACK_NAMES_MAX, type HeldBack, type HeldForObjects } from '@holdfast/projection';
import { GUARDED, type GuardedKind, type GuardsByKind } from '../object/guarded-kinds';
import { namesOfHeldPools, subnetsWithPool } from '../pool/held-pools';
import { namesOfHeldRules, rulesOfObject } from '../rule/held-rules';

export function guardsOver(ledger: ProjectorLedger): GuardsByKind {
  const all: GuardsByKind = {
    vips: guard(heldVips(ledger)),
    subnets: guard(heldSubnets(ledger)),
    rules: guard({
      has: (name) => rulesOfObject(ledger.view, name).length > 0,
      names: () => namesOfHeldRules(ledger.view),
    }),
    pools: guard({
      has: (name) => subnetsWithPool(ledger.view, name).length > 0,
      names: () => namesOfHeldPools(ledger.view),
    }),
  };
  function guard(held: HeldForObjects): DeletionGuard {
    return new DeletionGuard(held, () => Object.values(all));
  }
  return all;
}

function heldVips(ledger: ProjectorLedger): HeldForObjects {
  const isOurs = (name: string): boolean => ledger.view.ownerOfVip(name)?.kind === 'KubernetesObject';
  return {
    has: (name) => isOurs(name) && ledger.view.vip(name) !== undefined,
    *names() {
      for (const { name } of ledger.view.vips()) if (isOurs(name)) yield name;
    },
  };
}

function heldSubnets(ledger: ProjectorLedger): HeldForObjects {
  const isOurs = (name: string): boolean => ledger.view.ownerOfSubnet(name)?.kind === 'KubernetesObject';
  return {
    has: (name) => isOurs(name) && ledger.view.subnet(name) !== undefined,
    *names() {
      for (const { name } of ledger.view.subnets()) if (isOurs(name)) yield name;
    },
  };
}

interface Undoing {
  readonly resource: Resource;
  readonly undone: string;
  readonly command: string;
}
const UNDOING: Readonly<Record<GuardedKind, Undoing>> = {
  vips: { resource: VIPS, undone: 'released', command: 'holdfast vip release NAME' },
  subnets: { resource: SUBNETS, undone: 'retired', command: 'holdfast subnet retire NAME' },
  rules: { resource: SWITCH_LB_RULES, undone: 'retired', command: 'holdfast rule retire SUBNET NAME' },
  pools: { resource: IP_POOLS, undone: 'retired', command: 'holdfast pool retire SUBNET NAME' },
};

/** Which of them an object's kind is, as its users write it: `Vip`; undefined: none. */
export function guardedKind(kind: string): GuardedKind | undefined {
  return GUARDED.find((guarded) => UNDOING[guarded].resource.kind === kind);
}

/** What is so while a guard holds; undefined when it does not. Costs a look at all that is held, while it does. */
export function heldBack(kind: GuardedKind, guard: DeletionGuard, isUnserved: boolean): HeldBack | undefined {
  if (!guard.isHolding && !isUnserved) return undefined;
  const missing = guard.missing();
  if (missing.length === 0) return undefined;
  const { resource, undone, command } = UNDOING[kind];
  const why = isUnserved
    ? `this cluster does not serve the kind`
    : `none is there that shows that it is the cluster in which they were created`;
  const one = missing.length === 1;
  const message = [
    `${missing.length} ${one ? 'object' : 'objects'} of kind ${resource.kind} ${one ? 'is' : 'are'} missing in this cluster, and`,
    `${why}: it may be another one, an`,
    `empty one, or one that is being restored. Nothing is ${undone} for them. Connect the right cluster or restore the`,
    `objects; if they are gone for good: ${command}.`,
  ].join(' ');
  return {
    kind: resource.kind,
    missing: missing.length,
    names: missing.slice(0, HELD_BACK_NAMES_MAX),
    message,
  };
}
