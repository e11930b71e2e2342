// Whatever happens in the ledger and whatever others do to the Northbound, in whatever order: in the end our rows
// are what the ledger says, and theirs are what they wrote.
import { SeededChance } from '@holdfast/clock/testing';
import { addressesOf, familyOf, formatAddress } from '@holdfast/ipam';
import { type OvsdbOperation, operationsOf } from '@holdfast/ovsdb';
import { OVN_Northbound, type OVN_Northbound_Tables } from '../generated/northbound';
import { rowKeyOf } from '../model/row-keys';
import { eventually } from '../testing/eventually';
import { type LabRow, NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { TestLedger } from '../testing/test-ledger';

const { insert, select, mutate, update, delete: remove } = operationsOf(OVN_Northbound);

const SUBNETS = ['blue', 'red', 'green'];
const VIPS = ['a', 'b', 'c', 'd', 'e', 'f'];
const STEPS = 60;

type SwitchRow = OVN_Northbound_Tables['Logical_Switch'];
type SwitchPortRow = OVN_Northbound_Tables['Logical_Switch_Port'];

/** One run: everything that happens is chosen by the seed. */
class Run {
  readonly ledger = new TestLedger();
  /** Rows of others, as they were when these wrote them. */
  readonly foreign = new Map<string, LabRow>();
  reconciler: RunningReconciler;
  private readonly chance: SeededChance;

  constructor(
    private readonly lab: NorthboundLab,
    seed: number,
  ) {
    this.chance = new SeededChance(seed);
    this.reconciler = this.startReconciler();
  }

  async go(): Promise<void> {
    for (let step = 0; step < STEPS; step += 1) {
      const below = this.chance.below(100);
      if (below < 45) this.inLedger();
      else if (below < 70) await this.byOthers();
      else if (below < 95) await this.byHand();
      else await this.restart();
      if (this.chance.below(3) === 0) await this.reconciler.whenSettled();
    }
    await this.resolveAmbiguity();
  }

  private startReconciler(): RunningReconciler {
    return this.lab.reconciler(this.ledger);
  }

  private pick<T>(among: readonly T[]): T {
    return among[this.chance.below(among.length)]!;
  }

  /** A command that may be refused. */
  private inLedger(): void {
    const subnet = this.pick(SUBNETS);
    const vip = this.pick(VIPS);
    const address = 5 + this.chance.below(8);
    const held = this.ledger.view.vip(vip);
    try {
      const at = SUBNETS.indexOf(held?.subnet.name ?? subnet);
      const both = { v4: `10.${at}.0.${address}`, v6: `fd00:${at}::${address}` };
      if (!held && this.chance.below(4) === 0) this.ledger.retire(subnet);
      else if (!this.ledger.view.subnet(held?.subnet.name ?? subnet)) {
        this.ledger.define(subnet, `10.${at}.0.0/24`, `fd00:${at}::/112`);
      } else if (!held) {
        const families = this.pick([[4], [6], [4, 6]] as const);
        const namespace = this.chance.below(5) === 0 ? undefined : 'default';
        this.ledger.reserve(subnet, vip, { ...only(both, families), families, namespace });
      } else if (this.chance.below(2) === 0) this.ledger.release(vip);
      else this.ledger.revise(vip, only(both, held.reservation.v4 === undefined ? [6] : [4]));
    } catch {
      // Refused: the address is taken, the subnet is in use. It is history that did not happen.
    }
  }

  /** Others make and remove rows of their own, some of them in our way. */
  private async byOthers(): Promise<void> {
    const kind = this.chance.below(10);
    if (kind < 2) return this.foreignSwitch();
    if (kind < 4 && this.foreign.size > 0) return this.removeForeign(this.pick([...this.foreign.values()]));
    const switches = await this.rowsOf('Logical_Switch');
    if (switches.length === 0) return;
    const at = this.chance.below(SUBNETS.length);
    const row = {
      name: this.pick([...VIPS, ...VIPS.map((vip) => `${vip}:ipv6`), `pod-${this.chance.below(99)}`]),
      type: this.pick(['', 'router', 'virtual', 'virtual']),
      options: {
        'virtual-ip': this.pick([`10.${at}.0.${5 + this.chance.below(8)}`, `FD00:${at}:0::6`, 'x']),
      },
    };
    const uuid = this.chance.uuid() as SwitchPortRow['_uuid'];
    await this.attempt(
      insert('Logical_Switch_Port', row, { uuid }),
      mutate('Logical_Switch', [['_uuid', '==', this.pick(switches)._uuid]], [['ports', 'insert', [uuid]]]),
    );
    await this.remember('Logical_Switch_Port', uuid);
  }

  private async foreignSwitch(): Promise<void> {
    const uuid = this.chance.uuid() as SwitchRow['_uuid'];
    await this.attempt(insert('Logical_Switch', { name: this.pick(SUBNETS) }, { uuid }));
    await this.remember('Logical_Switch', uuid);
  }

  private async removeForeign(row: LabRow): Promise<void> {
    const isSwitch = 'ports' in row;
    if (isSwitch) await this.attempt(remove('Logical_Switch', [['_uuid', '==', row._uuid]]));
    else await this.detach(row);
    // With a switch go the ports on it.
    const left = new Set((await this.lab.dump()).foreign.map(({ _uuid }) => _uuid as string));
    if (isSwitch) for (const uuid of this.foreign.keys()) if (!left.has(uuid)) this.foreign.delete(uuid);
    this.foreign.delete(row._uuid);
  }

  private detach(row: SwitchPortRow): Promise<void> {
    return this.attempt(mutate('Logical_Switch', [], [['ports', 'delete', [row._uuid]]]));
  }

  /** Somebody edits or deletes rows of ours. */
  private async byHand(): Promise<void> {
    const ports = (await this.rowsOf('Logical_Switch_Port')).filter(rowKeyOf);
    const switches = await this.rowsOf('Logical_Switch');
    if (this.chance.below(8) === 0) return this.switchByHand(switches.filter(rowKeyOf));
    if (ports.length === 0) return;
    const row = this.pick(ports);
    const where = [['_uuid', '==', row._uuid]] as const;
    const edits = [
      { name: this.pick([...VIPS, 'stray']) },
      { type: 'router' },
      { options: {} },
      { addresses: ['unknown'], enabled: false },
      { external_ids: {} },
      { external_ids: { ...row.external_ids, 'holdfast:key': `vip/${this.pick(VIPS)}/ipv4` } },
    ];
    const kind = this.chance.below(edits.length + 3);
    if (kind < edits.length) return this.attempt(update('Logical_Switch_Port', where, edits[kind]!));
    if (kind === edits.length) return this.detach(row);
    const other = this.pick(switches)._uuid;
    await this.attempt(
      ...(kind === edits.length + 1
        ? [mutate('Logical_Switch', [], [['ports', 'delete', [row._uuid]]])]
        : []),
      mutate('Logical_Switch', [['_uuid', '==', other]], [['ports', 'insert', [row._uuid]]]),
    );
  }

  private async switchByHand(own: readonly SwitchRow[]): Promise<void> {
    if (own.length === 0) return;
    const { _uuid, ports } = this.pick(own);
    const where = [['_uuid', '==', _uuid]] as const;
    const edits = [{ name: this.pick(SUBNETS) }, { external_ids: {} }];
    const kind = this.chance.below(3);
    const isTheirs = ports.some((port) => this.foreign.has(port));
    if (kind < 2) await this.attempt(update('Logical_Switch', where, edits[kind]!));
    else if (!isTheirs) await this.attempt(remove('Logical_Switch', where));
  }

  /** The projector, or the server, once everything is as it should be: a row without our key would be foreign then. */
  private async restart(): Promise<void> {
    await this.resolveAmbiguity();
    await this.converged();
    if (this.chance.below(2) === 0) {
      await this.lab.server.kill();
      await this.lab.server.restart();
      return;
    }
    await this.reconciler.shutDown();
    this.reconciler = this.startReconciler();
    await this.reconciler.whenSettled();
  }

  /** Others leave at most one switch of a name, and none of their ports on one of ours beside it. */
  private async resolveAmbiguity(): Promise<void> {
    for (const name of SUBNETS) {
      const named = [...this.foreign.values()].filter((row) => 'ports' in row && row.name === name);
      for (const row of named.slice(1)) await this.removeForeign(row);
      if (named.length === 0) continue;
      const own = (await this.rowsOf('Logical_Switch')).filter((row) => rowKeyOf(row) !== undefined);
      const onOurs = own.flatMap(({ ports }) => ports).flatMap((uuid) => this.foreign.get(uuid) ?? []);
      for (const row of onOurs) await this.removeForeign(row);
    }
  }

  private async attempt(...operations: readonly OvsdbOperation[]): Promise<void> {
    await this.lab.transact(...operations).catch(() => undefined); // A name is taken, or the row just went.
  }

  private async rowsOf<T extends 'Logical_Switch' | 'Logical_Switch_Port'>(
    table: T,
    uuid?: string,
  ): Promise<readonly OVN_Northbound_Tables[T][]> {
    await this.lab.client.whenConnected();
    const where = uuid === undefined ? [] : [['_uuid', '==', uuid]];
    const result = await this.lab.client.transact([select(table, where as never)]);
    if (result.outcome !== 'committed') throw new Error(result.error);
    return result.results[0].rows as readonly OVN_Northbound_Tables[T][];
  }

  private async remember(table: 'Logical_Switch' | 'Logical_Switch_Port', uuid: string): Promise<void> {
    const [row] = await this.rowsOf(table, uuid);
    if (row) this.foreign.set(uuid, row);
  }

  /** Resolves once everything is as the ledger and the others say. */
  converged(): Promise<void> {
    return eventually(async () => {
      const { own, foreign } = await this.lab.dump();
      expect(byUuid(foreign)).toEqual(byUuid([...this.foreign.values()]));
      const rows = [...own, ...foreign];
      expect(ownPorts(rows)).toEqual(this.desiredPorts(rows));
      const switches = own.filter((row) => 'ports' in row).map(({ name }) => name);
      expect(switches.sort()).toEqual(this.desiredSwitches(rows));
    });
  }

  /** Said anew, in the words of the rules and not of the code under test. */
  private desiredPorts(rows: readonly LabRow[]): unknown {
    const theirPorts = [...this.foreign.values()].filter((row): row is SwitchPortRow => !('ports' in row));
    const desired: string[] = [];
    for (const { name, subnet, reservation } of this.ledger.view.vips()) {
      const place = rows.find((row) => 'ports' in row && row.name === subnet.name) as SwitchRow;
      if (reservation.vip.namespace === undefined) continue;
      addressesOf(reservation).forEach((address, at) => {
        const family = familyOf(address);
        const port = at === 0 ? name : `${name}:ipv6`;
        const ip = formatAddress(address);
        const isTaken = theirPorts.some(
          (row) =>
            row.name === port ||
            (row.type === 'virtual' &&
              sameIp(row.options['virtual-ip']!, ip) &&
              place.ports.includes(row._uuid)),
        );
        const ids = `holdfast:key=vip/${name}/ipv${family} ls=${subnet.name} vendor=holdfast`;
        if (!isTaken) desired.push(`${port} on ${subnet.name}: virtual true  ${ids} virtual-ip=${ip}`);
      });
    }
    return desired.sort();
  }

  private desiredSwitches(rows: readonly LabRow[]): unknown {
    const theirs = [...this.foreign.values()].filter((row) => 'ports' in row).map(({ name }) => name);
    const desired = [...this.ledger.view.subnets()]
      .map(({ name }) => name)
      .filter((name) => !theirs.includes(name));
    const kept = rows.filter(
      (row) => 'ports' in row && rowKeyOf(row) && row.ports.some((port) => this.foreign.has(port)),
    );
    return [...new Set([...desired, ...kept.map(({ name }) => name)])].sort();
  }
}

/** Our ports, each in one line, with all that could be wrong about it. */
function ownPorts(rows: readonly LabRow[]): unknown {
  const ports = rows.filter((row): row is SwitchPortRow => !('ports' in row) && rowKeyOf(row) !== undefined);
  const pairs = (map: { readonly [key: string]: string }): string =>
    Object.entries(map)
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(' ');
  return ports
    .map((row) => {
      const on = rows
        .filter((each) => 'ports' in each && each.ports.includes(row._uuid))
        .map(({ name }) => name);
      const { name, type, enabled = true, addresses, port_security: security } = row;
      return `${name} on ${on}: ${type} ${enabled} ${[...addresses, ...security]} ${pairs(row.external_ids)} ${pairs(row.options)}`;
    })
    .sort();
}

const byUuid = (rows: readonly LabRow[]): unknown =>
  Object.fromEntries(rows.map((row) => [row._uuid, { ...row, ports: undefined }]));

const sameIp = (text: string, ip: string): boolean =>
  text === ip || (text.startsWith('FD') && expand(text) === ip);
const expand = (text: string): string => text.toLowerCase().replace(':0::', '::');

const only = (
  both: { v4: string; v6: string },
  families: readonly number[],
): { v4?: string; v6?: string } => ({
  ...(families.includes(4) && { v4: both.v4 }),
  ...(families.includes(6) && { v6: both.v6 }),
});

/** `HOLDFAST_SEEDS`: how many, or which (`14,18`). */
const [count = '12', ...more] = (process.env.HOLDFAST_SEEDS ?? '12').split(',');
const SEEDS =
  more.length > 0 ? [count, ...more].map(Number) : Array.from({ length: Number(count) }, (_, at) => at + 1);

describe('after any history and any interference', () => {
  let lab: NorthboundLab;
  beforeEach(async () => {
    lab = await NorthboundLab.start();
  });
  afterEach(() => lab.stop());

  it.each(SEEDS)(
    'the rows are right (seed %i)',
    async (seed) => {
      const run = new Run(lab, seed);
      await run.go();
      await run.converged();
      await run.reconciler.whenSettled();
      expect(run.reconciler.status()).toMatchObject({ trouble: undefined, due: 0 });
    },
    60_000,
  );
});
