// What a Subnet may be defined with, and in what two definitions differ. It knows definitions, never who holds what.
import {
  type Address,
  type Cidr,
  contains,
  familyOf,
  formatAddress,
  formatCidr,
  formatRange,
  sizeOf,
  usableRange,
} from '../../address';
import { isVipName } from '../../holder';
import { type Rejection, invalid } from '../../rejection';
import { type SubnetDefinition, formatRetention, isRetention } from '../events';
import { poolText, poolsFault } from './pool-fault';

/** A year: longer is a typing error, not a policy. */
const COOLING_MAX_MS = 366 * 24 * 3_600_000;

/** The first usable address of each block that has more than two addresses. */
export function defaultGateways(cidrs: readonly Cidr[]): Address[] {
  return cidrs.filter((cidr) => sizeOf(cidr) > 2n).map((cidr) => usableRange(cidr).first);
}

/** What is wrong with a definition in itself, whoever holds what. */
export function definitionFault(definition: SubnetDefinition): { rejected: Rejection } | undefined {
  const { cidrs, gateways, coolingMs, router, retention, pools = [] } = definition;
  const families = cidrs.map((cidr) => cidr.family);
  if (cidrs.length === 0) return invalid('cidrs', 'a subnet needs a block of addresses');
  if (new Set(families).size < families.length) return invalid('cidrs', 'at most one block a family');
  const gatewayFamilies = new Set(gateways.map(familyOf));
  if (gatewayFamilies.size < gateways.length) return invalid('gateways', 'at most one gateway a family');
  const blocks = cidrs.map(formatCidr).join(' ');
  for (const gateway of gateways) {
    const cidr = cidrs.find((block) => contains(block, gateway));
    const usable = cidr && usableRange(cidr);
    if (!usable || gateway < usable.first || gateway > usable.last) {
      return invalid(
        'gateways',
        `${formatAddress(gateway)} is no usable address of ${blocks}; name one that is, or none`,
      );
    }
  }
  if (retention && !isRetention(retention)) {
    return invalid('retention', 'release, owner, forever, or a time of 1 ms to ten years');
  }
  if (router !== undefined && !isVipName(router)) {
    return invalid('router', `${JSON.stringify(router)} is no router's name (RFC 1123 subdomain)`);
  }
  if (router !== undefined && gateways.length === 0) {
    return invalid('router', 'a router has a port where there is a gateway; name one, or no router');
  }
  if (!Number.isSafeInteger(coolingMs) || coolingMs < 0 || coolingMs > COOLING_MAX_MS) {
    return invalid('coolingMs', 'whole milliseconds from 0 to a year');
  }
  return poolsFault(pools, cidrs);
}

/** In which fields two definitions differ, whatever the order in which blocks, gateways or exclusions are named. */
export function differences(a: SubnetDefinition, b: SubnetDefinition): (keyof SubnetDefinition)[] {
  const [left, right] = [texts(a), texts(b)];
  return (Object.keys(left) as (keyof SubnetDefinition)[]).filter((field) => left[field] !== right[field]);
}

function texts({
  cidrs,
  gateways,
  excluded,
  coolingMs,
  router = '',
  retention,
  pools = [],
}: SubnetDefinition): Record<keyof SubnetDefinition, string> {
  const list = (entries: readonly string[]): string => [...entries].sort().join(' ');
  return {
    cidrs: list(cidrs.map(formatCidr)),
    gateways: list(gateways.map(formatAddress)),
    excluded: list(excluded.map(formatRange)),
    coolingMs: String(coolingMs),
    router,
    retention: retention ? formatRetention(retention) : '',
    pools: list(pools.map(poolText)),
  };
}
