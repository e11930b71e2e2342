// How full each Subnet is, as the view shows it.
import { type Clock } from '@holdfast/clock';
import { type Family, type LedgerView, countAddresses } from '@holdfast/ipam';
import type { MetricFamily, Sample } from './metric-family';

/** Whoever has more is not to have a scrape of megabytes: the first by name are told, and that there are more. */
export const SUBNETS_SHOWN_MAX = 2_000;
const FAMILIES: readonly Family[] = [4, 6];

export function subnetMetrics(view: LedgerView, clock: Clock): MetricFamily[] {
  return [
    {
      name: 'holdfast_subnets',
      ...{ type: 'gauge', labels: [] },
      help: `Subnets that are defined; the metrics of each have the first ${SUBNETS_SHOWN_MAX} by name.`,
      read: () => [{ value: [...view.subnets()].length }],
    },
    {
      name: 'holdfast_subnet_addresses',
      ...{ type: 'gauge', labels: ['subnet', 'family', 'state'] },
      help: 'Addresses by state: used (held by somebody), free (to be had now), cooling (released, and not to be had yet).',
      read: () =>
        subnetsShown(view).flatMap((subnet) => FAMILIES.flatMap((family) => ofFamily(subnet, family, clock))),
    },
    {
      name: 'holdfast_subnet_reservations_retained',
      ...{ type: 'gauge', labels: ['subnet'] },
      help: 'Reservations that are kept though nobody uses them: of StatefulSets, machines and others that come back.',
      read: () =>
        subnetsShown(view).map(({ name, users }) => ({
          labels: { subnet: name },
          value: users.sizeRetained,
        })),
    },
  ];
}

type ShownSubnet = ReturnType<LedgerView['subnets']> extends Iterable<infer Subnet> ? Subnet : never;

function subnetsShown(view: LedgerView): ShownSubnet[] {
  const all = [...view.subnets()];
  if (all.length <= SUBNETS_SHOWN_MAX) return all;
  return all.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, SUBNETS_SHOWN_MAX);
}

function ofFamily(subnet: ShownSubnet, family: Family, clock: Clock): Sample[] {
  const counts = countAddresses(subnet, family);
  const space = subnet.space(family);
  if (!counts || !space) return [];
  const cooling = space.coolingCount(clock.now(), subnet.definition?.coolingMs ?? 0);
  const labels = { subnet: subnet.name, family: `IPv${family}` };
  return [
    { labels: { ...labels, state: 'used' }, value: Number(counts.using) },
    { labels: { ...labels, state: 'free' }, value: Math.max(0, Number(counts.available) - cooling) },
    { labels: { ...labels, state: 'cooling' }, value: cooling },
  ];
}
