// What is to be done so that a subnet has its one Logical_Switch, and that this is on the router that the ledger
// names. A switch or a router that others made is used and never touched, and so is the way in which they joined
// the two.
import { type SubnetDefinition, type SubnetState, familyOf, formatAddress, formatMac } from '@holdfast/ipam';
import { ROUTER_LED_UNSET, desiredRow } from '../model/desired-row';
import { topics } from './dependencies';
import type { RowUuid } from '../actual/northbound';
import type { KnownPort, NorthboundRows } from '../actual/northbound-rows';
import { type DueKey, nameOf } from '../model/row-keys';
import type { Batch, Plan } from './plan';
import { attachmentOf, proxiedOn } from './proxied';
import { RowPlan } from './row-plan';
import { sorted } from '../model/sorted';

/** `explains`: whether to say what is different. */
export function planSubnet(key: DueKey, batch: Batch, explains: boolean): Plan {
  const { view } = batch.options;
  const name = nameOf(key);
  const subnet = view.subnet(name);
  const plan = new RowPlan(key, batch, explains);
  plan.hasRows = subnet !== undefined;
  plan.position = subnet && view.subnetPosition(name);
  const wanted = desiredRow('Logical_Switch', { key, columns: { name }, into: [] });
  plan.putContainer(wanted, batch.switchFor(name), 'SwitchInUse');
  if (subnet) joinRouter(plan, subnet, subnet.definition!);
  return plan.finish();
}

/** What is to be done so that a router that Subnets are to be on is there. */
export function planRouter(key: DueKey, batch: Batch, explains: boolean): Plan {
  const { view, index } = batch.options;
  const name = nameOf(key);
  const subnets = index.routers.leftsOf(name);
  const plan = new RowPlan(key, batch, explains);
  plan.hasRows = subnets.size > 0;
  plan.position = plan.hasRows ? view.position : undefined;
  const wanted = desiredRow('Logical_Router', { key, columns: { name }, into: [] });
  plan.putContainer(wanted, batch.routerFor(name), 'RouterInUse');
  return plan.finish();
}

/** A pair of ports joins the two: one of the router with the gateways, one of the switch that leads to it. */
function joinRouter(plan: RowPlan, subnet: SubnetState, definition: SubnetDefinition): void {
  const { router } = definition;
  const mac = subnet.routerMac();
  if (router === undefined || mac === undefined) return;
  const names = { port: `${subnet.name}-${router}`, routerPort: `${router}-${subnet.name}` };
  plan.topics.push(topics.routerName(router), topics.portName(names.port), topics.portName(names.routerPort));
  const onSwitch = plan.containerOf('switch', subnet.name);
  if (onSwitch === undefined) return;
  plan.topics.push(topics.attachment(onSwitch));
  if (isJoinedByOthers(plan.rows, onSwitch, names)) return;
  const onRouter = plan.containerOf('router', router);
  if (onRouter === undefined) return;
  const networks = sorted(
    definition.gateways.map((gateway) => `${formatAddress(gateway)}/${prefixOf(definition, gateway)}`),
  );
  // Where others joined the switch to a router too, one of the ports answers and not both.
  const attachment = attachmentOf(plan.rows, onSwitch);
  const isTheirs = attachment !== undefined && !attachment.port.owner;
  const proxied = isTheirs ? [] : proxiedOn(plan.batch, subnet.name);
  const options = {
    'router-port': names.routerPort,
    ...(proxied.length > 0 && { arp_proxy: proxied.join(' ') }),
  };
  plan.putTogether(
    desiredRow('Logical_Router_Port', {
      key: `${plan.key}/router-port` as DueKey,
      columns: { name: names.routerPort, mac: formatMac(mac), networks },
      into: [onRouter],
    }),
    desiredRow('Logical_Switch_Port', {
      key: `${plan.key}/port` as DueKey,
      columns: { name: names.port, type: 'router', addresses: ['router'], options },
      unset: ROUTER_LED_UNSET,
      ls: subnet.name,
      into: [onSwitch],
      claims: { mac },
    }),
  );
}

const prefixOf = ({ cidrs }: SubnetDefinition, gateway: SubnetDefinition['gateways'][number]): number =>
  cidrs.find(({ family }) => family === familyOf(gateway))!.prefixLength;

/** Others put their switch on a router, or made the very pair: it is theirs to keep. */
function isJoinedByOthers(
  rows: NorthboundRows,
  onSwitch: RowUuid,
  names: { readonly port: string; readonly routerPort: string },
): boolean {
  const port = rows.portNamed(names.port);
  const routerPort = rows.routerPortNamed(names.routerPort);
  if (port && !port.owner && routerPort && !routerPort.owner) return true;
  if (rows.get(onSwitch) === undefined || rows.get(onSwitch)!.owner) return false;
  const attachments = [...(rows.onSwitch(onSwitch)?.attachments ?? [])].map((uuid) => rows.port(uuid));
  return attachments.some(({ owner }: KnownPort) => !owner);
}
