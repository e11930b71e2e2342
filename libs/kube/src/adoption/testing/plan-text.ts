// A plan as a few lines, for tests to compare.
import { formatAddress, formatCidr, formatMac, formatRange } from '@holdfast/ipam';
import type { AdoptionPlan, AdoptionStep } from '../plan';
import { planAdoption } from '../plan';
import type { ClusterObjects } from '../cluster-objects';
import type { LedgerContents } from '../ledger-contents';

export const RULES = { statefulSetGroups: new Set(['apps', 'apps.kruise.io']), keepVmIp: true };
export const EMPTY_LEDGER: LedgerContents = { subnets: [], reservations: [], vips: [] };

export const planOf = (objects: ClusterObjects, ledger = EMPTY_LEDGER): AdoptionPlan =>
  planAdoption(objects, ledger, RULES);

export const stepsOf = ({ steps }: AdoptionPlan): string[] => steps.map(stepText);

/** "AddressTwice 10.16.0.5: pod/default/a | vip/web, not: pod/default/a vip/web" */
export const conflictsOf = ({ conflicts }: AdoptionPlan): string[] =>
  conflicts.map(({ code, about, parties, heldBack }) => {
    const left = heldBack.length > 0 ? `, not: ${heldBack.join(' ')}` : '';
    return `${code} ${about}: ${parties.map(({ who }) => who).join(' | ')}${left}`;
  });

function stepText({ order, isSo }: AdoptionStep): string {
  const so = isSo ? ' (so already)' : '';
  return `${orderText(order)}${so}`;
}

function orderText(order: AdoptionStep['order']): string {
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
    case 'SetRetention':
      return `keep ${order.holder} ${order.retention?.keep}`;
  }
}

function heldText({ v4, v6, mac }: { readonly v4?: number; readonly v6?: bigint; readonly mac?: number }) {
  const parts = [v4, v6].filter((it) => it !== undefined).map(formatAddress);
  return [...parts, ...(mac === undefined ? [] : [formatMac(mac)])].join(' ');
}
