// How a holder tells the network that it has an address now: gratuitous ARP, and unsolicited neighbour advertisement.
import type { Pod } from '../lab/pod';

/** `request` is what keepalived and most kernels send (RFC 5227 section 3); a `reply` says the same. */
export type Announcement = 'request' | 'reply';

/** @param address without prefix length, which the Pod holds already. For IPv6, RFC 4861 section 7.2.6 */
export async function announce(
  pod: Pod,
  address: string,
  announcement: Announcement = 'request',
  nic = 'eth0',
): Promise<void> {
  if (address.includes(':')) {
    await pod.exec(['ndptool', 'send', '-t', 'na', '-U', '-T', address, '-i', nic]);
    return;
  }
  // arping listens for a second after it has sent: what it prints before it sends is all that is waited for.
  const flag = announcement === 'request' ? '-U' : '-A';
  const arping = await pod.run(['stdbuf', '-oL', 'arping', flag, '-c1', '-I', nic, address]);
  await arping.line(/^ARPING/);
}
