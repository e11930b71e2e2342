// How a switch is on a router, and which Vips the router's port answers for there (`options:arp_proxy`, ovn-nb(5)).
import { formatAddress } from '@holdfast/ipam';
import type { RouterPortRow, RowUuid } from '../actual/northbound';
import type { KnownPort, KnownRow, NorthboundRows } from '../actual/northbound-rows';
import type { Batch } from './plan';
import { sorted } from '../model/sorted';

export interface Attachment {
  readonly port: KnownPort;
  readonly routerPort: KnownRow<RouterPortRow>;
  readonly router: RowUuid;
}

/** The first by name, so that it is the same one each time; ours or not. */
export function attachmentOf(rows: NorthboundRows, onSwitch: RowUuid): Attachment | undefined {
  const ports = [...(rows.onSwitch(onSwitch)?.attachments ?? [])].map((uuid) => rows.port(uuid));
  for (const port of ports.sort((a, b) => (a.row.name < b.row.name ? -1 : 1))) {
    const routerPort = rows.routerPortNamed(port.claims!.peer!);
    const router = routerPort?.places[0];
    if (routerPort && router !== undefined) return { port, routerPort, router };
  }
  return undefined;
}

/** All switches that are on the router, sorted. */
export function switchesOn(batch: Batch, router: RowUuid): readonly RowUuid[] {
  return batch.memo(`switches/${router}`, () => {
    const { rows } = batch.options;
    const found = rows
      .router(router)
      .row.ports.map((uuid) => rows.get(uuid) as KnownRow<RouterPortRow> | undefined)
      .filter((port) => port && !port.owner?.due.startsWith('vip/'))
      .flatMap((port) => rows.leadersTo(port!.row.name))
      .flatMap(({ places }) => places);
    return sorted(found);
  });
}

/** The addresses of the Subnet's Vips that the router's port is to answer for: IPv4, as ovn-nb(5) has it. */
export function proxiedOn(batch: Batch, subnet: string): readonly string[] {
  const { switchLbVip, index, view } = batch.options;
  if (switchLbVip !== 'arp-proxy') return [];
  return batch.memo(`proxied/${subnet}`, () => {
    const vips = [...index.lbVips.rightsOf(subnet)].map((name) => view.vip(name));
    return sorted(
      vips.flatMap((vip) => (vip?.reservation.v4 === undefined ? [] : [formatAddress(vip.reservation.v4)])),
    );
  });
}
