// Ports, parents, routers, fronts and rules, with others about and by hand: whatever happened on the way, in the end
// the Northbound is as if it had been built from nothing.
import { SeededChance } from '@holdfast/clock/testing';
import { formatAddress } from '@holdfast/ipam';
import { type OvsdbOperation, operationsOf } from '@holdfast/ovsdb';
import { OVN_Northbound } from '../generated/northbound';
import { rowKeyOf } from '../model/row-keys';
import { eventually } from '../testing/eventually';
import { NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { pictureOf } from '../testing/picture';
import { TestLedger } from '../testing/test-ledger';

const { update, mutate, delete: remove } = operationsOf(OVN_Northbound);

const SUBNETS = ['blue', 'red'];
const PORTS = ['p0', 'p1', 'pod-0', 'pod-1'];
const VIPS = ['a', 'b'];
const FRONTS = ['f', 'g'];
const RULES = ['r', 's'];
const STEPS = 50;

const LB = { vipType: 'switch_lb_vip', namespace: undefined } as const;

/** What others have made, in the words of ovn-nbctl, and how it goes again. */
interface Made {
  readonly make: readonly string[];
  readonly undo: readonly string[];
}

class Run {
  readonly ledger = new TestLedger();
  reconciler!: RunningReconciler;
  private readonly chance: SeededChance;
  private readonly made: Made[] = [];
  private readonly way: 'router-port' | 'arp-proxy';

  constructor(
    private readonly lab: NorthboundLab,
    seed: number,
  ) {
    this.chance = new SeededChance(seed);
    this.way = this.pick(['router-port', 'router-port', 'arp-proxy'] as const);
  }

  async go(): Promise<void> {
    const start: Made[] = SUBNETS.map((name) => ({ make: ['ls-add', name], undo: [] }));
    start.push({ make: ['lr-add', 'theirs'], undo: [] });
    if (this.chance.below(2) === 0) start.push({ make: ['lr-add', 'main'], undo: [] });
    for (const each of start) await this.doMake(each);
    this.ledger.defineOn('main', 'blue', '10.0.0.0/24', 'fd00:0::/112');
    this.ledger.define('red', '10.1.0.0/24');
    this.reconciler = this.lab.reconciler(this.ledger, { switchLbVip: this.way });
    for (let step = 0; step < STEPS; step += 1) {
      const below = this.chance.below(100);
      if (below < 55) this.inLedger();
      else if (below < 75) await this.byOthers();
      else if (below < 95) await this.byHand();
      else await this.restart();
      if (this.chance.below(3) === 0) await this.reconciler.whenSettled();
    }
    await this.reconciler.whenSettled();
  }

  /** The same ledger and the same rows of others, in an empty Northbound. */
  async builtFromNothing(): Promise<readonly string[]> {
    const fresh = await NorthboundLab.start();
    try {
      for (const { make } of this.made) await fresh.nbctl(...make);
      await fresh.reconciler(this.ledger, { switchLbVip: this.way }).whenSettled();
      return await pictureOf(fresh);
    } finally {
      await fresh.stop();
    }
  }

  private pick<T>(among: readonly T[]): T {
    return among[this.chance.below(among.length)]!;
  }

  /** A command that may be refused. */
  private inLedger(): void {
    const steps = [
      () => this.port(),
      () => this.vip(),
      () => this.parent(),
      () => this.parent(),
      () => this.front(),
      () => this.rule(),
      () => this.ledger.reroute(this.pick(SUBNETS), this.pick(['main', 'other', ''])),
    ];
    try {
      this.pick(steps)();
    } catch {
      // Refused: it is history that did not happen.
    }
  }

  private port(): void {
    const [at, name] = [this.chance.below(SUBNETS.length), this.pick(PORTS.slice(0, 3))];
    const holder = `pod/default/${name}`;
    const v4 = `10.${at}.0.${10 + this.chance.below(4)}`;
    const held = SUBNETS.find((subnet) => this.ledger.view.subnet(subnet)!.byHolder.get(holder as never));
    if (!held)
      this.ledger.reservePort(SUBNETS[at]!, holder, {
        port: name,
        v4,
        portSecurity: this.chance.below(2) === 0,
      });
    else if (this.chance.below(2) === 0) this.ledger.releasePort(held, holder);
    else this.ledger.move(held, holder, { v4: `10.${SUBNETS.indexOf(held)}.0.${10 + this.chance.below(4)}` });
  }

  private vip(): void {
    const [at, name] = [this.chance.below(SUBNETS.length), this.pick(VIPS)];
    const held = this.ledger.view.vip(name);
    const address = 100 + this.chance.below(4);
    if (!held) {
      const namespace = this.pick(['default', undefined]);
      this.ledger.reserve(SUBNETS[at]!, name, { v4: `10.${at}.0.${address}`, namespace });
    } else if (this.chance.below(3) === 0) this.ledger.release(name);
    else this.ledger.revise(name, { v4: `10.${SUBNETS.indexOf(held.subnet.name)}.0.${address}` });
  }

  private parent(): void {
    const [vip, port] = [this.pick(VIPS), this.pick(PORTS)];
    if (this.ledger.view.vip(vip)?.subnet.uses.isParent(vip, port)) this.ledger.withdraw(vip, port);
    else this.ledger.grant(vip, port);
  }

  private front(): void {
    const [at, name] = [this.chance.below(SUBNETS.length), this.pick(FRONTS)];
    const held = this.ledger.view.vip(name);
    const address = 200 + this.chance.below(4);
    if (!held) this.ledger.reserve(SUBNETS[at]!, name, { v4: `10.${at}.0.${address}`, ...LB });
    else if (this.chance.below(3) === 0) this.ledger.release(name);
    else this.ledger.revise(name, { v4: `10.${SUBNETS.indexOf(held.subnet.name)}.0.${address}`, ...LB });
  }

  private rule(): void {
    const [name, vip] = [this.pick(RULES), this.pick(FRONTS)];
    const subnet = this.ledger.view.vip(vip)!.subnet.name;
    if (this.ledger.view.subnet(subnet)!.uses.rule(name) && this.chance.below(3) === 0)
      return this.ledger.retireRule(subnet, name);
    const port = {
      port: this.pick([80, 81]),
      targetPort: 8080,
      protocol: this.pick(['tcp', 'udp'] as const),
    };
    const backends = ['10.0.0.10', '10.0.0.11', '10.0.0.50', '10.1.0.10', 'fd00::7'].filter(() =>
      this.chance.below(2),
    );
    const healthCheck = this.chance.below(2) === 0;
    this.ledger.rule(name, vip, {
      ports: [port],
      backends,
      healthCheck,
      affinity: this.pick(['none', 'client-ip']),
    });
  }

  /** Others make and remove rows of their own, some of them in our way. */
  private async byOthers(): Promise<void> {
    const removable = this.made.filter(({ undo }) => undo.length > 0);
    if (this.chance.below(3) === 0 && removable.length > 0) {
      const gone = this.pick(removable);
      if (
        await this.lab.nbctl(...gone.undo).then(
          () => true,
          () => false,
        )
      )
        this.made.splice(this.made.indexOf(gone), 1);
      return;
    }
    const subnet = this.pick(SUBNETS);
    const name = this.pick([...PORTS, ...PORTS, ...VIPS, ...FRONTS, 'other-port']);
    const mac = `00:00:00:00:00:${10 + this.chance.below(80)}`;
    const security = this.pick([[], [mac], [`${mac} 10.9.9.9`], [`${mac} 10.9.9.9`]]);
    const at = this.chance.below(90);
    const makes: Made[] = [
      {
        make: [
          ...[
            'lsp-add',
            subnet,
            name,
            '--',
            'lsp-set-addresses',
            name,
            `${mac} 10.${SUBNETS.indexOf(subnet)}.0.50`,
          ],
          ...['--', 'lsp-set-port-security', name, ...security],
        ],
        undo: ['lsp-del', name],
      },
      {
        make: [
          ...['lsp-add', subnet, name, '--', 'lsp-set-type', name, 'virtual', '--'],
          ...['lsp-set-options', name, `virtual-ip=10.0.0.${100 + this.chance.below(4)}`],
        ],
        undo: ['lsp-del', name],
      },
      {
        make: [
          ...[
            '--may-exist',
            'lr-add',
            'theirs',
            '--',
            'lrp-add',
            'theirs',
            `up-${at}`,
            mac,
            `10.9.${at}.1/24`,
          ],
          ...['--', 'lsp-add', subnet, `to-${at}`, '--', 'lsp-set-type', `to-${at}`, 'router'],
          ...['--', 'lsp-set-options', `to-${at}`, `router-port=up-${at}`, 'arp_proxy=169.254.0.1'],
        ],
        undo: ['lsp-del', `to-${at}`, '--', 'lrp-del', `up-${at}`],
      },
      {
        make: ['lrp-add', 'theirs', `${this.pick(FRONTS)}:router`, mac, '10.8.0.1/24'],
        undo: [],
      },
    ];
    const made = this.pick(makes);
    const undo = made.undo.length > 0 ? made.undo : ['lrp-del', made.make[2]!];
    await this.doMake({ ...made, undo });
  }

  /** It may be there already. */
  private async doMake(made: Made): Promise<void> {
    if (
      await this.lab.nbctl(...made.make).then(
        () => true,
        () => false,
      )
    )
      this.made.push(made);
  }

  /** Somebody edits or deletes rows of ours. */
  private async byHand(): Promise<void> {
    await this.reconciler.whenSettled();
    const ports = (await this.lab.rowsOf('Logical_Switch_Port')).filter(rowKeyOf);
    const routerPorts = (await this.lab.rowsOf('Logical_Router_Port')).filter(rowKeyOf);
    const balancers = (await this.lab.rowsOf('Load_Balancer')).filter(rowKeyOf);
    const edits: OvsdbOperation[] = [];
    for (const { _uuid } of ports) {
      const where = [['_uuid', '==', _uuid]] as const;
      edits.push(
        update(
          'Logical_Switch_Port',
          where,
          this.pick([
            { addresses: ['unknown'] },
            { options: {} },
            { type: 'localport' },
            { port_security: ['00:00:00:00:00:01'] },
            { external_ids: {} },
          ]),
        ),
        mutate('Logical_Switch', [], [['ports', 'delete', [_uuid]]]),
      );
    }
    for (const { _uuid } of routerPorts) {
      const where = [['_uuid', '==', _uuid]] as const;
      edits.push(
        update(
          'Logical_Router_Port',
          where,
          this.pick([
            { mac: '00:00:00:00:00:99' },
            { networks: ['10.7.0.1/24'] },
            { external_ids: {} },
            { name: 'renamed' },
          ]),
        ),
        mutate('Logical_Router', [], [['ports', 'delete', [_uuid]]]),
      );
    }
    for (const { _uuid } of balancers) {
      const where = [['_uuid', '==', _uuid]] as const;
      edits.push(
        update(
          'Load_Balancer',
          where,
          this.pick([
            { vips: {} },
            { ip_port_mappings: {} },
            { protocol: 'sctp' },
            { external_ids: {} },
            { health_check: [] },
          ]),
        ),
        mutate('Logical_Switch', [], [['load_balancer', 'delete', [_uuid]]]),
        remove('Load_Balancer', where),
      );
    }
    if (edits.length > 0) await this.lab.transact(this.pick(edits)).catch(() => undefined);
  }

  private async restart(): Promise<void> {
    await this.reconciler.whenSettled();
    if (this.chance.below(2) === 0) {
      await this.lab.server.kill();
      await this.lab.server.restart();
      return;
    }
    // A row without our key would be foreign afterwards.
    await this.isConverged();
    await this.reconciler.shutDown();
    this.inLedger();
    this.reconciler = this.lab.reconciler(this.ledger, { switchLbVip: this.way });
  }

  async isConverged(): Promise<void> {
    const desired = await this.builtFromNothing();
    await eventually(async () => expect(await pictureOf(this.lab)).toEqual(desired));
  }

  /** What must hold whatever the ledger says. */
  async checkInvariants(): Promise<void> {
    const ports = await this.lab.rowsOf('Logical_Switch_Port');
    const vips = [...this.ledger.view.vips()].map(({ reservation }) => formatAddress(reservation.v4!));
    for (const row of ports)
      for (const text of row.addresses) for (const vip of vips) expect(text.split(' ')).not.toContain(vip);
    for (const { ports: on } of await this.lab.rowsOf('Logical_Switch')) {
      const names = new Set(ports.filter(({ _uuid }) => on.includes(_uuid)).map(({ name }) => name));
      const virtual = ports
        .filter(({ _uuid, type }) => on.includes(_uuid) && type === 'virtual')
        .filter(rowKeyOf);
      for (const { options } of virtual)
        for (const parent of options['virtual-parents']?.split(',') ?? []) expect(names).toContain(parent);
    }
  }
}

/** `HOLDFAST_SEEDS`: how many, or which (`14,18`). */
const [count = '8', ...more] = (process.env.HOLDFAST_SEEDS ?? '8').split(',');
const SEEDS =
  more.length > 0 ? [count, ...more].map(Number) : Array.from({ length: Number(count) }, (_, at) => at + 1);

describe('after any history and any interference', () => {
  let lab: NorthboundLab;
  beforeEach(async () => {
    lab = await NorthboundLab.start();
  });
  afterEach(() => lab.stop());

  it.each(SEEDS)(
    'all uses of Vips are projected as from nothing (seed %i)',
    async (seed) => {
      const run = new Run(lab, seed);
      await run.go();
      await run.isConverged();
      await run.checkInvariants();
    },
    60_000,
  );
});
