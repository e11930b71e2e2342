// How a switch is on a router.
import type { RouterPortRow, RowUuid } from '../model/tables';
import type { KnownPort, KnownRow, NorthboundRows } from './northbound-rows';

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

/** The switches whose ports lead to the router's ports. */
export function switchesOn(rows: NorthboundRows, router: RowUuid): readonly RowUuid[] {
  return rows
    .router(router)
    .row.ports.map((uuid) => rows.get(uuid) as KnownRow<RouterPortRow> | undefined)
    .filter((port) => port && !port.owner?.due.startsWith('vip/'))
    .flatMap((port) => rows.leadersTo(port!.row.name))
    .flatMap(({ places }) => places);
}
