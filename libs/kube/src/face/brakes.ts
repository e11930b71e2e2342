// The brakes of all kinds whose objects, when they vanish, leave something behind that is let go of; and what is said of them
// while they hold.
import { IP_POOLS, type Resource, SUBNETS, SWITCH_LB_RULES, VIPS } from '../resource';
import { Brake, type HeldForObjects } from './brake';
import type { Ledger } from './ledger';
import { namesOfHeldPools, subnetsWithPool } from './pools/held-pools';
import { namesOfHeldRules, rulesOfObject } from './rules/held-rules';

export const BRAKED = ['vips', 'subnets', 'rules', 'pools'] as const;
export type Braked = (typeof BRAKED)[number];
export type Brakes = Readonly<Record<Braked, Brake>>;

export const MISSING_CODE = 'kubernetes-objects-missing';

/** What is kept though its object is missing, because nothing shows that the object is gone. */
export interface HeldBack {
  /** Of the objects: `Vip`, `Subnet`, `SwitchLBRule` or `IPPool`. */
  readonly kind: string;
  readonly missing: number;
  /** The first of them. */
  readonly names: readonly string[];
  readonly message: string;
}

/** The names of what is let go of; or why nothing is. */
export type MissingAnswer = { readonly accepted: readonly string[] } | { readonly refused: string };

/** Names that a status has. */
const NAMED_MAX = 10;

export function brakesOver(ledger: Ledger): Brakes {
  const all: Brakes = {
    vips: brake(heldVips(ledger)),
    subnets: brake(heldSubnets(ledger)),
    rules: brake({
      has: (name) => rulesOfObject(ledger.view, name).length > 0,
      names: () => namesOfHeldRules(ledger.view),
    }),
    pools: brake({
      has: (name) => subnetsWithPool(ledger.view, name).length > 0,
      names: () => namesOfHeldPools(ledger.view),
    }),
  };
  function brake(held: HeldForObjects): Brake {
    return new Brake(held, () => Object.values(all));
  }
  return all;
}

function heldVips(ledger: Ledger): HeldForObjects {
  const isOurs = (name: string): boolean => ledger.view.ownerOfVip(name)?.kind === 'KubernetesObject';
  return {
    has: (name) => isOurs(name) && ledger.view.vip(name) !== undefined,
    *names() {
      for (const { name } of ledger.view.vips()) if (isOurs(name)) yield name;
    },
  };
}

function heldSubnets(ledger: Ledger): HeldForObjects {
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
const UNDOING: Readonly<Record<Braked, Undoing>> = {
  vips: { resource: VIPS, undone: 'released', command: 'holdfast vip release NAME' },
  subnets: { resource: SUBNETS, undone: 'retired', command: 'holdfast subnet retire NAME' },
  rules: { resource: SWITCH_LB_RULES, undone: 'retired', command: 'holdfast rule retire SUBNET NAME' },
  pools: { resource: IP_POOLS, undone: 'retired', command: 'holdfast pool retire SUBNET NAME' },
};

/** Which of them an object's kind is, as its users write it: `Vip`; undefined: none. */
export function brakedKind(kind: string): Braked | undefined {
  return BRAKED.find((braked) => UNDOING[braked].resource.kind === kind);
}

/** What is so while a brake holds; undefined when it does not. Costs a look at all that is held, while it does. */
export function heldBack(kind: Braked, brake: Brake, isUnserved: boolean): HeldBack | undefined {
  if (!brake.isHolding && !isUnserved) return undefined;
  const missing = brake.missing();
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
  return { kind: resource.kind, missing: missing.length, names: missing.slice(0, NAMED_MAX), message };
}
