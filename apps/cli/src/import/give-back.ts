// `holdfast import kube-ovn --give-back`: the way back. Kube-OVN is to look after its ports again, and after those that it
// would have made; neither the ledger nor the cluster is asked.
import {
  type HandedOver,
  type NorthboundHandOver,
  nameOfPort,
  type PortToGiveBack,
} from '@holdfast/kube-ovn-import';
import { EXIT, type ExitCode } from '../exit-code';
import type { Io } from '../io';
import { tellRefusal } from '../refusal';
import { type TableColumn, table } from '../format/table';

type State = 'to give back' | 'given back';
interface Row {
  readonly port: PortToGiveBack;
  readonly state: State;
}

export async function giveBackPorts(
  io: Io,
  northbound: NorthboundHandOver,
  { apply, output }: { readonly apply?: boolean; readonly output: string },
): Promise<ExitCode> {
  await northbound.whenRead();
  const ports = northbound.planGiveBack();
  const given: HandedOver<PortToGiveBack> | undefined = apply ? await northbound.giveBack(ports) : undefined;
  const done = new Set(given?.done);
  const rows = ports.map((port): Row => ({ port, state: done.has(port) ? 'given back' : 'to give back' }));
  io.out(
    output === 'json'
      ? `${JSON.stringify(toJson(rows, apply === true), null, 2)}\n`
      : toText(rows, apply === true),
  );
  for (const { code, message } of given?.conflicts ?? []) io.err(`holdfast: ${code}: ${message}\n`);
  if (given?.refusal) {
    io.err(`holdfast: ${tellRefusal({ ...given.refusal, facts: {}, retryable: true, isFault: false })}\n`);
    return EXIT.refused;
  }
  return given && given.conflicts.length > 0 ? EXIT.conflicts : EXIT.done;
}

const toJson = (rows: readonly Row[], isApplied: boolean): object => ({
  applied: isApplied,
  ports: rows.map(({ port, state }) => ({
    state,
    port: nameOfPort(port),
    key: port.key,
    wasTaken: port.wasTaken,
  })),
});

function toText(rows: readonly Row[], isApplied: boolean): string {
  const count = (state: State): number => rows.filter((row) => row.state === state).length;
  const facts = isApplied ? `Given back: ${count('given back')}; ` : '';
  const hint = !isApplied && rows.length > 0 ? ' Nothing was changed; --apply gives them back.' : '';
  const summary = `${facts}To give back: ${count('to give back')}.${hint}\n`;
  return rows.length > 0 ? `${table(COLUMNS, rows)}\n${summary}` : summary;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  { head: 'STATE', text: ({ state }) => state },
  { head: 'PORT', text: ({ port }) => nameOfPort(port) },
  { head: 'STANDS FOR', text: ({ port }) => port.key },
  { head: 'MADE BY', text: ({ port }) => (port.wasTaken ? 'kube-ovn' : 'holdfast') },
];
