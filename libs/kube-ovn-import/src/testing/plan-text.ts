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
import { hasPodFinished, isOnHostNetwork } from '@holdfast/kube-api';
import type { ImportStep } from '../plan/import-step';
import { type ImportPlan, planImport } from '../plan/plan';
import type { ClusterObjects } from '../cluster/cluster-objects';
import type { LedgerContents } from '../plan/ledger-contents';

export const RULES = { statefulSetGroups: new Set(['apps', 'apps.kruise.io']), keepVmIp: true };
export const EMPTY_LEDGER: LedgerContents = { subnets: [], reservations: [], vips: [] };

export const planOf = (objects: ClusterObjects, ledger = EMPTY_LEDGER): ImportPlan =>
  planImport(objects, ledger, RULES);

export const planSteps = ({ steps }: ImportPlan): string[] => steps.map(stepText);

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
      .filter((it) => !hasPodFinished(it) && !isOnHostNetwork(it))
      .flatMap(({ metadata }) => {
        const { annotations = {} } = metadata;
        const [prefix = ''] = Object.keys(annotations).filter((key) => key.endsWith('/logical_switch'));
        const word = (name: string): unknown => annotations[prefix.replace('logical_switch', name)];
        return word('allocated') === 'true' ? said(word('logical_switch'), [word('ip_address')]) : [];
      }),
  ];
}

function stepText({ command, isSo }: ImportStep): string {
  const so = isSo ? ' (so already)' : '';
  return `${commandText(command)}${so}`;
}

function commandText(command: ImportStep['command']): string {
  switch (command.type) {
    case 'DefineSubnet': {
      const { cidrs, gateways = [], excluded = [], router } = command;
      const parts = [
        cidrs.map(formatCidr),
        gateways.map((it) => `gw ${formatAddress(it)}`),
        excluded.map((it) => `not ${formatRange(it)}`),
        router ? [`on ${router}`] : [],
      ];
      return `define ${command.subnet} ${parts.flat().join(' ')}`;
    }
    case 'DefinePool':
      return `pool ${command.name} ${command.ranges.map(formatRange).join(' ')} for ${command.namespaces.join(' ')}`;
    case 'ReserveAddress':
      return `reserve ${command.holder} ${heldText(command)}${command.port ? ` port ${command.port}` : ''}`;
    case 'ReserveVip': {
      const { name, vipType, namespace = '', selector } = command;
      return `vip ${name} ${heldText(command)} "${vipType}" ${namespace} ${selector.join(';')}`.trim();
    }
    case 'AttachUser': {
      const { holder, user, migrates } = command;
      return `attach ${user.object} ${user.uid} to ${holder}${user.owner ? ` for ${user.owner}` : ''}${migrates ? ' migrating' : ''}`;
    }
    case 'DetachUser':
      return `detach ${command.uid} from ${command.holder}, its owner ${command.owner}`;
    case 'ReleaseAddress':
      return `release ${command.holder}: ${command.reason}`;
    case 'SetRetention':
      return `keep ${command.holder} ${command.retention?.keep}`;
  }
}

function heldText({ v4, v6, mac }: { readonly v4?: number; readonly v6?: bigint; readonly mac?: number }) {
  const parts = [v4, v6].filter((it) => it !== undefined).map(formatAddress);
  return [...parts, ...(mac === undefined ? [] : [formatMac(mac)])].join(' ');
}
