// Who answers for a Vip, as the Southbound has it: `Port_Binding.virtual_parent` of its virtual port (ovn-sb(5)).
import type { PacketLab } from '../lab/lab';

/** The port that holds the claim now, if any does, and nothing when there is no such virtual port. */
export async function virtualParent(lab: PacketLab, port: string): Promise<string | undefined> {
  const find = ['find', 'Port_Binding', `logical_port="${port}"`, 'type=virtual'];
  const parent = await lab.sbctl('--bare', '--columns=virtual_parent', ...find);
  return parent.trim() || undefined;
}

/** @throws Error when it does not come to be within `withinS` */
export async function whenClaimed(lab: PacketLab, port: string, parent: string, withinS = 10): Promise<void> {
  await waitFor(lab, port, `virtual_parent="${parent}"`, withinS);
}

/** The same, for nobody. */
export async function whenUnclaimed(lab: PacketLab, port: string, withinS = 10): Promise<void> {
  await waitFor(lab, port, 'virtual_parent=[]', withinS);
}

async function waitFor(lab: PacketLab, port: string, condition: string, withinS: number): Promise<void> {
  try {
    await lab.sbctl(`--timeout=${withinS}`, 'wait-until', 'Port_Binding', port, condition);
  } catch (cause) {
    const is = (await virtualParent(lab, port)) ?? 'nobody';
    throw new Error(`${port}: not ${condition} within ${withinS} s, but ${is}`, { cause });
  }
}
