// Commands about the parents of one Vip: what they say, and how several are executed.
import { type Evidence, type GrantParent, subnet, type VipEntry, type WithdrawParent } from '@holdfast/ipam';
import { actorOf, keyOf, type KubernetesObject, PODS } from '@holdfast/kube-api';
import { type Context, moment } from '../object/context';
import { type Execution } from '@holdfast/projection';

/** Commands of one Vip in flight at once: the ledger appends what waits for it in one go. */
const IN_FLIGHT_MAX = 16;

export interface ParentCommand {
  readonly command: GrantParent | WithdrawParent;
  readonly actor: string;
}

export function grantTo(
  pod: KubernetesObject,
  port: string,
  { name, subnet: home }: VipEntry,
): ParentCommand {
  const what = { subnet: home.name, vip: name, port, grantor: 'selector' } as const;
  return { command: { type: 'GrantParent', ...what, evidence: podEvidence(pod) }, actor: actorOf(PODS, pod) };
}

/** A Pod as the reason for something. */
export function podEvidence({ metadata }: KubernetesObject): Evidence {
  const { uid, resourceVersion } = metadata;
  return { object: `pod/${keyOf(metadata)}`, uid, resourceVersion };
}

/**
 * The executions, in the order of the commands; what the view rejects already is not executed.
 * @throws Error with `code` and `retryable`
 */
export async function executeAll(
  context: Context,
  entry: VipEntry,
  commands: readonly ParentCommand[],
): Promise<Execution[]> {
  const executions: Execution[] = [];
  for (let from = 0; from < commands.length; from += IN_FLIGHT_MAX) {
    const part = commands.slice(from, from + IN_FLIGHT_MAX);
    executions.push(...(await Promise.all(part.map((command) => executeOne(context, entry, command)))));
  }
  return executions;
}

/** Whether it is settled for good: neither is the view behind, nor does time, or the Vip's own end, change it. */
export function isSettled({ is, rejected }: Execution): boolean {
  return is !== 'behind' && rejected?.code !== 'VipNotFound' && rejected?.code !== 'CommandExpired';
}

async function executeOne(
  context: Context,
  entry: VipEntry,
  { command, actor }: ParentCommand,
): Promise<Execution> {
  const { rejected } = subnet.decide(command, entry.subnet, moment(context));
  return rejected ? { is: 'rejected', rejected } : context.execute(command, actor);
}
