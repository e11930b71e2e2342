// A plan as a few lines, for tests to compare.
import {
  familyOf,
  formatAddress,
  formatCidr,
  formatMac,
  formatRange,
  LedgerView,
  parseAddress,
} from '@holdfast/ipam';
import { isFinished, isOnHostNetwork } from '@holdfast/kube-api';
import type { ImportStep } from '../plan/import-step';
import type { ImportPlan } from '../plan/plan';
import { planImport } from '../plan/plan';
import type { ClusterObjects } from '../cluster/cluster-objects';
import type { LedgerContents } from '../plan/ledger-contents';

export const RULES = { statefulSetGroups: new Set(['apps', 'apps.kruise.io']), keepVmIp: true };
export const EMPTY_LEDGER: LedgerContents = { subnets: [], reservations: [], vips: [] };

export const planOf = (objects: ClusterObjects, ledger = EMPTY_LEDGER): ImportPlan =>
  planImport(objects, ledger, RULES);

export const stepsOf = ({ steps }: ImportPlan): string[] => steps.map(stepText);

/** "AddressTwice 10.16.0.5: pod/default/a | vip/web, not: pod/default/a vip/web" */
export const conflictsOf = ({ conflicts }: ImportPlan): string[] =>
  conflicts.map(({ code, about, parties, heldBack }) => {
    const left = heldBack.length > 0 ? `, not: ${heldBack.join(' ')}` : '';
    return `${code} ${about}: ${parties.map(({ who }) => who).join(' | ')}${left}`;
  });

export const isNotHeldBack = (text: string): boolean => !/\/(held-back|unexplained)-/.test(text);

/** What would be so once the plan is carried out. */
export function viewOf({ facts }: ImportPlan): LedgerView {
  const view = new LedgerView();
  for (const fact of facts) view.apply(fact);
  return view;
}

/**
 * Addresses that any object says somebody has, in a Subnet that is recorded, and that nobody holds afterwards: the next to
 * come could get them. What nobody can ever have (gateways, what is outside) is left out.
 */
export function withoutHolder({ ips, vips, pods }: ClusterObjects, plan: ImportPlan): string[] {
  const view = viewOf(plan);
  const said = (subnet: unknown, texts: readonly unknown[]): string[] => {
    const state = view.subnet(String(subnet));
    const addresses = texts
      .flatMap((text) => String(text ?? '').split(','))
      .map((text) => parseAddress(text.trim()))
      .filter((address) => address !== undefined);
    return addresses
      .filter((address) => state?.space(familyOf(address))?.unusable(address) === undefined)
      .filter((address) => state?.space(familyOf(address)) && !state.byAddress.get(address))
      .map((address) => `${String(subnet)} ${formatAddress(address)}`);
  };
  return [
    ...ips.flatMap(({ spec }) => said(spec?.['subnet'], [spec?.['v4IpAddress'], spec?.['v6IpAddress']])),
    ...vips.flatMap(({ spec, status }) => said(spec?.['subnet'], [status?.['v4ip'], status?.['v6ip']])),
    ...pods
      .filter((it) => !isFinished(it) && !isOnHostNetwork(it))
      .flatMap(({ metadata }) => {
        const { annotations = {} } = metadata;
        const [prefix = ''] = Object.keys(annotations).filter((key) => key.endsWith('/logical_switch'));
        const word = (name: string): unknown => annotations[prefix.replace('logical_switch', name)];
        return word('allocated') === 'true' ? said(word('logical_switch'), [word('ip_address')]) : [];
      }),
  ];
}

function stepText({ order, isSo }: ImportStep): string {
  const so = isSo ? ' (so already)' : '';
  return `${orderText(order)}${so}`;
}

function orderText(order: ImportStep['order']): string {
  switch (order.type) {
    case 'DefineSubnet': {
      const { cidrs, gateways = [], excluded = [], router } = order;
      const parts = [
        cidrs.map(formatCidr),
        gateways.map((it) => `gw ${formatAddress(it)}`),
        excluded.map((it) => `not ${formatRange(it)}`),
        router ? [`on ${router}`] : [],
      ];
      return `define ${order.subnet} ${parts.flat().join(' ')}`;
    }
    case 'DefinePool':
      return `pool ${order.name} ${order.ranges.map(formatRange).join(' ')} for ${order.namespaces.join(' ')}`;
    case 'ReserveAddress':
      return `reserve ${order.holder} ${heldText(order)}${order.port ? ` port ${order.port}` : ''}`;
    case 'ReserveVip': {
      const { name, vipType, namespace = '', selector } = order;
      return `vip ${name} ${heldText(order)} "${vipType}" ${namespace} ${selector.join(';')}`.trim();
    }
    case 'AttachUser': {
      const { holder, user, migrates } = order;
      return `attach ${user.object} ${user.uid} to ${holder}${user.owner ? ` for ${user.owner}` : ''}${migrates ? ' migrating' : ''}`;
    }
    case 'DetachUser':
      return `detach ${order.uid} from ${order.holder}, its owner ${order.owner}`;
    case 'ReleaseAddress':
      return `release ${order.holder}: ${order.reason}`;
    case 'SetRetention':
      return `keep ${order.holder} ${order.retention?.keep}`;
  }
}

function heldText({ v4, v6, mac }: { readonly v4?: number; readonly v6?: bigint; readonly mac?: number }) {
  const parts = [v4, v6].filter((it) => it !== undefined).map(formatAddress);
  return [...parts, ...(mac === undefined ? [] : [formatMac(mac)])].join(' ');
}
