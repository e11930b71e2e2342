// What every ledger does that a projector may be handed; it runs over the real one and over the one of the tests.
import { type Holder, type SubnetFact, parseAddress, parseCidr } from '@holdfast/ipam';
import type { LedgerCommand } from '../command/ledger-command';
import type { ProjectorLedger } from '../projector-ledger';

export interface LedgerHarness {
  readonly name: string;
  /** An empty ledger whose commands come through `kubernetes`, and what ends it. */
  open(): Promise<{ readonly ledger: ProjectorLedger; close(): Promise<void> }>;
}

const ACTOR = 'kubernetes:vips.kubeovn.io/web (uid 1, resourceVersion 2)';
const define = (subnet: string, cidr: string): LedgerCommand => ({
  type: 'DefineSubnet',
  subnet,
  cidrs: [parseCidr(cidr)!],
});
const reserveVip = (subnet: string, v4?: string): LedgerCommand => ({
  ...{ type: 'ReserveVip', subnet, name: 'web', vipType: '', selector: [] },
  ...(v4 !== undefined && { v4: parseAddress(v4) as number }),
});
const releaseVip: LedgerCommand = { type: 'ReleaseVip', name: 'web', reason: 'over' };
const grant: LedgerCommand = { type: 'GrantParent', vip: 'web', port: 'a', grantor: 'explicit' };

/** Decided, and in the view. */
async function perform(ledger: ProjectorLedger, command: LedgerCommand): Promise<void> {
  const reply = await ledger.execute(command, ACTOR);
  if (reply.rejected) throw new Error(reply.rejected.message);
  expect(await ledger.hasReached(reply.position as string)).toBe(true);
}

const codeOf = async (ledger: ProjectorLedger, command: LedgerCommand): Promise<string | undefined> =>
  (await ledger.execute(command, ACTOR)).rejected?.code;

export function ledgerSuite({ name, open }: LedgerHarness): void {
  describe(`a ledger for projectors: ${name}`, () => {
    let ledger: ProjectorLedger;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ ledger, close } = await open());
      await done(define('left', '10.0.0.0/29'));
      await done(define('right', '10.1.0.0/29'));
    });
    afterEach(() => close());

    const done = (command: LedgerCommand): Promise<void> => perform(ledger, command);
    const refusalOf = (command: LedgerCommand): Promise<string | undefined> => codeOf(ledger, command);

    it('shows what was decided once it has reached the position of the reply', async () => {
      const holder = 'pod/default/a' as Holder;
      await done({ type: 'ReserveAddress', subnet: 'left', holder });
      expect(ledger.view.subnet('left')?.byHolder.get(holder)).toMatchObject({ v4: 0x0a000002 });
    });

    labelCases(() => ledger);

    it('tells of facts in order, after the view shows them, until it is told to stop', async () => {
      const received: SubnetFact[] = [];
      const stop = ledger.onFacts((facts) => {
        for (const fact of facts) expect(ledger.view.subnet(fact.subnet)).toBeDefined();
        received.push(...facts);
      });
      await done(reserveVip('left'));
      await done(grant);
      stop();
      await done(releaseVip);
      expect(received.map(({ event, subnet }) => `${event.type} ${subnet}`)).toEqual([
        'VipReserved left',
        'ParentGranted left',
      ]);
    });

    it('records through what a command came', async () => {
      await done(reserveVip('left'));
      expect(ledger.view.vipReservedThrough('web')).toBe('kubernetes');
    });

    it('lets one subnet have a name, and another once it is released', async () => {
      await done(reserveVip('left'));
      expect(await refusalOf(reserveVip('right'))).toBe('VipNameTaken');
      expect(ledger.view.vip('web')?.subnet.name).toBe('left');
      await done(releaseVip);
      await done(reserveVip('right'));
      expect(ledger.view.vip('web')?.subnet.name).toBe('right');
    });

    it('keeps no claim to a name whose reservation was refused', async () => {
      expect(await refusalOf(reserveVip('left', '10.9.9.9'))).toBe('AddressOutOfRange');
      await done(reserveVip('right'));
    });

    it('answers again what is so already, without an event', async () => {
      await done(reserveVip('left'));
      const { position } = ledger.view;
      await done(reserveVip('left'));
      expect(ledger.view.position).toBe(position);
    });

    it.each([
      ['ReviseVip', { type: 'ReviseVip', name: 'web', vipType: '', selector: [] }],
      ['ReleaseVip', releaseVip],
      ['GrantParent', grant],
    ] as const)('refuses %s of a Vip that there is not', async (_, command) => {
      expect(await refusalOf(command as LedgerCommand)).toBe('VipNotFound');
    });

    it('finds where a Vip is for who uses it', async () => {
      await done(reserveVip('right'));
      await done(grant);
      expect(ledger.view.vip('web')?.subnet.uses.parentCount('web')).toBe(1);
    });
  });
}

/** Wherever it may be decided. */
function labelCases(of: () => ProjectorLedger): void {
  it("sets a Vip's labels wherever the Vip is, and others in the subnet that is named", async () => {
    const holder = 'vip/web' as Holder;
    const labels = { team: 'net' };
    expect(await codeOf(of(), { type: 'SetLabels', holder, labels })).toBe('VipNotFound');
    await perform(of(), reserveVip('right'));
    await perform(of(), { type: 'SetLabels', holder, labels });
    await perform(of(), { type: 'SetLabels', subnet: 'left', labels });
    expect(of().view.subnet('right')?.labels.of({ holder })).toEqual(labels);
    expect(of().view.subnet('left')?.labels.of({})).toEqual(labels);
    expect(await codeOf(of(), { type: 'SetLabels', subnet: 'left', holder, labels })).toBe('VipNotFound');
  });
}
