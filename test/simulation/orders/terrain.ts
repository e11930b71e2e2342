// What a seed's story is about: a few small subnets, and a few holders and names that want the same things. Small on
// purpose: what never meets never goes wrong.
import type { SeededChance } from '@holdfast/clock/testing';
import {
  type Address,
  type Cidr,
  type Holder,
  type Mac,
  contains,
  deriveMac,
  subnetOctet,
} from '@holdfast/ipam';
import { address, cidr, holder, mac } from '@holdfast/ipam/testing';

export interface SubnetPlan {
  readonly name: string;
  /** Blocks that it is defined with and revised to; each list is of one family. */
  readonly blocks4: readonly Cidr[];
  readonly blocks6: readonly Cidr[];
  readonly pool4: readonly number[];
  readonly pool6: readonly bigint[];
}

export interface Terrain {
  readonly subnets: readonly SubnetPlan[];
  readonly holders: readonly Holder[];
  readonly vips: readonly string[];
  readonly pools: readonly string[];
  readonly macs: readonly Mac[];
  readonly coolingsMs: readonly number[];
}

const SIZES4 = ['/30', '/29', '/28', '/27'];
const SIZES6 = ['/126', '/125', '/124', '/64'];
const HOLDERS_MAX = 40;
const VIPS_MAX = 10;
/** Addresses of a block that are asked for by name. */
const NAMED = 18;

export function drawTerrain(chance: SeededChance): Terrain {
  const subnets = Array.from({ length: 1 + chance.below(4) }, (_, at) => drawSubnet(`net-${at}`, at));
  const holders = Array.from({ length: 3 + chance.below(HOLDERS_MAX) }, (_, at) => holderAt(at));
  const vips = Array.from({ length: 1 + chance.below(VIPS_MAX) }, (_, at) => `vip-${at}`);
  const derived = subnets.flatMap(({ name, pool4 }) =>
    pool4.slice(1, 6).map((one) => deriveMac(subnetOctet(name), one)),
  );
  return {
    subnets,
    holders,
    vips,
    pools: ['pool-a', 'pool-b'],
    macs: [mac('00:00:5e:00:01:07'), mac('02:00:00:00:00:01'), ...derived],
    coolingsMs: [0, 0, 500, 5_000, 60_000].slice(0, 1 + chance.below(5)),
  };
}

function drawSubnet(name: string, at: number): SubnetPlan {
  const blocks4 = SIZES4.map((size) => cidr(`10.${at}.0.0${size}`));
  const blocks6 = SIZES6.map((size) => cidr(`fd00:${at + 1}::${size}`));
  const pool4 = Array.from({ length: NAMED }, (_, n) => (address(`10.${at}.0.0`) as number) + n);
  const pool6 = Array.from({ length: NAMED }, (_, n) => (address(`fd00:${at + 1}::`) as bigint) + BigInt(n));
  return { name, blocks4, blocks6, pool4, pool6 };
}

function holderAt(at: number): Holder {
  const kinds = [
    `pod/default/p${at}`,
    `statefulset/default/s/${at}`,
    `vm/default/v${at}`,
    `pod/other/p${at}@eth1`,
  ];
  return holder(kinds[at % kinds.length] as string);
}

export const isIn = (block: Cidr, one: Address): boolean => contains(block, one);
