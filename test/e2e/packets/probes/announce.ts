// How a holder tells the network that it has an address now: gratuitous ARP, unsolicited neighbour advertisement, RARP.
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

/** A frame of RFC 903 with the Pod's own MAC, broadcast: no tool of Debian's sends one, and Perl is on every Debian. */
const SEND_RARP = `
  my ($nic, $mac) = @ARGV;
  my ($own, $all, $none) = (pack("H12", $mac =~ s/://gr), "\\xff" x 6, "\\0" x 4);
  socket(my $wire, 17, 3, unpack("n", pack("S", 0x8035))) or die "socket: $!";
  my $request = pack("a16x24", $nic);
  ioctl($wire, 0x8933, $request) or die "SIOCGIFINDEX: $!";
  my $frame = $all . $own . pack("nnnCCn", 0x8035, 1, 0x0800, 6, 4, 3) . $own . $none . $own . $none;
  my $to = pack("SnlSCCa8", 17, 0x8035, unpack("x16l", $request), 1, 0, 6, $all);
  send($wire, $frame . "\\0" x (60 - length $frame), 0, $to) or die "send: $!";`;

/** As a hypervisor does for a machine that has arrived, which says nothing by itself (QEMU, `announce_self`). */
export async function announceArrival(pod: Pod, mac: string, nic = 'eth0'): Promise<void> {
  await pod.exec(['perl', '-e', SEND_RARP, nic, mac]);
}
