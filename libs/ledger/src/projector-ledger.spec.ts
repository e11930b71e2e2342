import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { MemoryEventStore } from '@holdfast/event-store';
import { SubnetLoop, VipNameLoop } from './command/aggregate-loops';
import { LedgerCommands } from './command/ledger-commands';
import { toRejection } from './command/loop-rejections';
import { LedgerReader } from './follow/ledger-reader';
import { projectorLedger } from './projector-ledger';
import { ledgerSuite } from './testing/ledger-suite';
import { MemoryLedger } from './testing/memory-ledger';

ledgerSuite({
  name: 'the one that tests use',
  open: () => Promise.resolve({ ledger: new MemoryLedger(), close: () => Promise.resolve() }),
});

ledgerSuite({
  name: 'the real one',
  open: async () => {
    const [store, clock, chance] = [new MemoryEventStore(), new VirtualClock(), new SeededChance(1)];
    const options = { store, clock, chance, refuse: toRejection };
    const commands = new LedgerCommands(new SubnetLoop(options), new VipNameLoop(options), clock);
    const reader = new LedgerReader({ store, clock, chance });
    await reader.start();
    return {
      ledger: projectorLedger((envelope) => commands.execute(envelope), reader, 'kubernetes'),
      close: () => reader.stop(),
    };
  },
});
