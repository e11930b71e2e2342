// What the ledger has of a Vip's uses, as text that tests compare: and what it was told on the way there.
import { formatAddress, type GrantParent, type Rule, type WithdrawParent } from '@holdfast/ipam';
import type { ExecutedCommand, MemoryLedger } from '@holdfast/ledger/testing';

/** Ports that the Vip's selector lets answer for it, in order. */
export function parentsOf(ledger: MemoryLedger, vip: string): string[] {
  const parents = ledger.view.vip(vip)?.subnet.uses.parents(vip) ?? [];
  return parents.filter(({ grantors }) => grantors.includes('selector')).map(({ port }) => port);
}

/** Ports that somebody named. */
export function namedParentsOf(ledger: MemoryLedger, vip: string): string[] {
  const parents = ledger.view.vip(vip)?.subnet.uses.parents(vip) ?? [];
  return parents.filter(({ grantors }) => grantors.includes('explicit')).map(({ port }) => port);
}

/** Commands about parents that were carried out, oldest first: `+ port` and `- port: reason`. */
export function parentCommands(ledger: MemoryLedger): string[] {
  return ledger.executed.flatMap(({ command }) => {
    if (command.type === 'GrantParent') return [`+ ${command.port}`];
    return command.type === 'WithdrawParent' ? [`- ${command.port}: ${command.reason}`] : [];
  });
}

/** The last of them, with who asked. */
export function lastParentCommand(
  ledger: MemoryLedger,
): (ExecutedCommand & { readonly command: GrantParent | WithdrawParent }) | undefined {
  const isOfParents = (one: ExecutedCommand): one is ReturnType<typeof lastParentCommand> & ExecutedCommand =>
    one.command.type === 'GrantParent' || one.command.type === 'WithdrawParent';
  return ledger.executed.filter(isOfParents).at(-1);
}

/** The rule of that name, in whichever subnet. */
export function ruleOf(ledger: MemoryLedger, name: string): Rule | undefined {
  for (const { uses } of ledger.view.subnets()) {
    const rule = uses.rule(name);
    if (rule) return rule;
  }
  return undefined;
}

/** As texts, in order; undefined when there is no such rule. */
export function backendsOf(ledger: MemoryLedger, rule: string): string[] | undefined {
  return ruleOf(ledger, rule)?.backends.map(formatAddress);
}

/** Types of the commands about rules that were carried out, oldest first. */
export function ruleCommands(ledger: MemoryLedger): string[] {
  return ledger.executed.map(({ command }) => command.type).filter((type) => type.includes('Rule'));
}
