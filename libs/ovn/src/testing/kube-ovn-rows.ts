// Rows as Kube-OVN 1.13 to 1.17 writes them, as arguments of ovn-nbctl: what a Northbound holds before a cluster moves over.

/** Joins commands, so that they are one transaction. */
export const inOne = (...commands: readonly (readonly string[])[]): string[] =>
  commands.flatMap((command, at) => (at === 0 ? [...command] : ['--', ...command]));

const PORT = 'Logical_Switch_Port';
const VENDOR = 'external_ids:vendor=kube-ovn';

/** A Subnet of a VPC: its switch, and the pair of ports that puts it on the router, which must be there. */
export const kubeOvnSwitch = (subnet: string, vpc: string, gateway: string): string[] =>
  inOne(
    ['ls-add', subnet],
    ['set', 'Logical_Switch', subnet, VENDOR],
    ['lrp-add', vpc, `${vpc}-${subnet}`, '00:00:00:7a:e1:01', gateway],
    ['lsp-add', subnet, `${subnet}-${vpc}`],
    ['lsp-set-type', `${subnet}-${vpc}`, 'router'],
    ['lsp-set-addresses', `${subnet}-${vpc}`, 'router'],
    ['lsp-set-options', `${subnet}-${vpc}`, `router-port=${vpc}-${subnet}`],
    ['set', PORT, `${subnet}-${vpc}`, VENDOR, `external_ids:ls=${subnet}`],
  );

export interface KubeOvnPort {
  /** "MAC IP IP" */
  readonly addresses: string;
  /** "default/web-0"; of a port that a Vip or a Node has: none. */
  readonly pod?: string;
  readonly portSecurity?: string;
  /** More of `external_ids`: "sg_web=true". */
  readonly keys?: readonly string[];
}

/** A port of a Pod, of a machine, or of a Node. */
export const kubeOvnPort = (subnet: string, name: string, port: KubeOvnPort): string[] =>
  inOne(
    ['lsp-add', subnet, name],
    ...(port.portSecurity === undefined ? [] : [['lsp-set-port-security', name, port.portSecurity]]),
    [
      // Not by lsp-set-addresses: Kube-OVN does not look whether another port has the address.
      ...['set', PORT, name, `addresses="${port.addresses}"`, VENDOR, `external_ids:ls=${subnet}`],
      ...(port.pod === undefined ? [] : [`external_ids:pod=${port.pod}`]),
      ...(port.keys ?? []).map((key) => `external_ids:${key}`),
    ],
  );

/** The virtual port of a Vip for allowed address pairs; of both families Kube-OVN writes one, with a comma between. */
export const kubeOvnVirtualPort = (
  subnet: string,
  vip: string,
  virtualIp: string,
  parents: readonly string[],
): string[] =>
  inOne(
    ['lsp-add', subnet, vip],
    ['lsp-set-type', vip, 'virtual'],
    [
      ...['set', PORT, vip, VENDOR, `external_ids:ls=${subnet}`, `options:virtual-ip="${virtualIp}"`],
      ...(parents.length === 0 ? [] : [`options:virtual-parents="${parents.join(',')}"`]),
    ],
  );

/** One of the load balancers of a VPC, which all rules and Services share. */
export const kubeOvnLoadBalancer = (
  name: string,
  subnet: string,
  vips: Readonly<Record<string, string>>,
): string[] =>
  inOne(...Object.entries(vips).map(([front, backends]) => ['lb-add', name, front, backends, 'tcp']), [
    'ls-lb-add',
    subnet,
    name,
  ]);
