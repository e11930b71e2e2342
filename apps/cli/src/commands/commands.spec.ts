// Each command against a real control plane: what people read.
import { aControlPlane } from '../testing/control-plane';
import { expectSeen, transcript } from '../testing/transcript';

const controlPlane = aControlPlane();
const seen = (expected: string): Promise<void> => expectSeen(controlPlane().server, expected);

it('subnet', () =>
  seen(transcript`
    $ holdfast subnet define s1 --cidr 10.1.0.0/24,fd00:1::/64 --exclude 10.1.0.2..10.1.0.9 --cooling 300s
    NAME   CIDR                      GATEWAY              COOLING   EXCLUDED
    s1     10.1.0.0/24,fd00:1::/64   10.1.0.1,fd00:1::1   5m        10.1.0.2..10.1.0.9
    $ holdfast subnet revise s1 --no-gateway --no-exclude --cooling 0s
    NAME   CIDR                      GATEWAY   COOLING   EXCLUDED
    s1     10.1.0.0/24,fd00:1::/64   -         0s        -
    $ holdfast subnet revise s1 --gateway 10.1.0.254 --exclude 10.1.0.9 --exclude 10.1.0.128/30
    NAME   CIDR                      GATEWAY      COOLING   EXCLUDED
    s1     10.1.0.0/24,fd00:1::/64   10.1.0.254   0s        10.1.0.9,10.1.0.128..10.1.0.131
    $ holdfast subnet get s1
    NAME   CIDR                      GATEWAY      V4USING   V4AVAILABLE   V6USING   V6AVAILABLE
    s1     10.1.0.0/24,fd00:1::/64   10.1.0.254   0         248           0         18446744073709551614
    $ holdfast subnet get s1 -o wide
    NAME   CIDR                      GATEWAY      V4USING   V4AVAILABLE   V6USING   V6AVAILABLE            COOLING   EXCLUDED
    s1     10.1.0.0/24,fd00:1::/64   10.1.0.254   0         248           0         18446744073709551614   0s        10.1.0.9,10.1.0.128..10.1.0.131
    $ holdfast subnet free s1 --limit 2
    ADDRESS
    10.1.0.1
    10.1.0.2
    $ holdfast subnet free s1 --limit 2 --family ipv6
    ADDRESS
    fd00:1::1
    fd00:1::2
    $ holdfast subnet define tiny --cidr 10.1.1.1/32
    NAME   CIDR          GATEWAY   COOLING   EXCLUDED
    tiny   10.1.1.1/32   -         0s        -
    $ holdfast subnet free tiny --family ipv6
    holdfast: FamilyUnavailable: ...
    [exit code 1]
    $ holdfast reserve tiny node/n1
    SUBNET   HOLDER    V4         V6   MAC
    tiny     node/n1   10.1.1.1   -    02:d9:0a:01:01:01
    $ holdfast subnet free tiny
    Subnet tiny has no free address now.
    $ holdfast subnet retire tiny
    holdfast: SubnetInUse: ...
    [exit code 1]
    $ holdfast release tiny node/n1
    Released 10.1.1.1 of node/n1 in subnet tiny.
    $ holdfast subnet retire tiny
    Subnet tiny retired; its history stays.
    $ holdfast subnet get tiny
    holdfast: SubnetNotFound: ...
    [exit code 1]
  `));

it('reserve, move and release', () =>
  seen(transcript`
    $ holdfast subnet define s2 --cidr 10.2.0.0/24,fd00:2::/64
    NAME   CIDR                      GATEWAY              COOLING   EXCLUDED
    s2     10.2.0.0/24,fd00:2::/64   10.2.0.1,fd00:2::1   0s        -
    $ holdfast reserve s2 pod/default/web-0
    SUBNET   HOLDER              V4         V6          MAC
    s2       pod/default/web-0   10.2.0.2   fd00:2::2   02:f0:0a:02:00:02
    $ holdfast reserve s2 pod/default/web-0
    SUBNET   HOLDER              V4         V6          MAC
    s2       pod/default/web-0   10.2.0.2   fd00:2::2   02:f0:0a:02:00:02
    $ holdfast reserve s2 pod/default/web-1 --family ipv4 --v4 10.2.0.100 --mac 02-00-00-00-00-0A
    SUBNET   HOLDER              V4           V6   MAC
    s2       pod/default/web-1   10.2.0.100   -    02:00:00:00:00:0a
    $ holdfast reserve s2 pod/default/web-2 --v4 10.2.0.100
    holdfast: AddressTaken: ...
    [exit code 1]
    $ holdfast reserve s2 pod/default/web-2 --v4 10.3.0.1
    holdfast: AddressOutOfRange: ...
    [exit code 1]
    $ holdfast move s2 pod/default/web-1 --v4 10.2.0.101 --v6 fd00:2::101
    SUBNET   HOLDER              V4           V6            MAC
    s2       pod/default/web-1   10.2.0.101   fd00:2::101   02:00:00:00:00:0a
    $ holdfast reserve s2 statefulset/prod/db/0@net1 --family dual
    SUBNET   HOLDER                       V4         V6          MAC
    s2       statefulset/prod/db/0@net1   10.2.0.3   fd00:2::3   02:f0:0a:02:00:03
    $ holdfast reservation list --subnet s2
    SUBNET   HOLDER                       V4           V6            MAC                 SINCE
    s2       pod/default/web-0            10.2.0.2     fd00:2::2     02:f0:0a:02:00:02   2026-01-31T14:05:00.000Z
    s2       pod/default/web-1            10.2.0.101   fd00:2::101   02:00:00:00:00:0a   2026-01-31T14:05:00.000Z
    s2       statefulset/prod/db/0@net1   10.2.0.3     fd00:2::3     02:f0:0a:02:00:03   2026-01-31T14:05:00.000Z
    $ holdfast reservations ls --subnet s2 --kind statefulset --namespace prod
    SUBNET   HOLDER                       V4         V6          MAC                 SINCE
    s2       statefulset/prod/db/0@net1   10.2.0.3   fd00:2::3   02:f0:0a:02:00:03   2026-01-31T14:05:00.000Z
    $ holdfast reservation get s2 pod/default/web-1
    SUBNET   HOLDER              V4           V6            MAC                 SINCE                      RETENTION
    s2       pod/default/web-1   10.2.0.101   fd00:2::101   02:00:00:00:00:0a   2026-01-31T14:05:00.000Z   release (kind)
    $ holdfast release s2 pod/default/web-1 --reason "drained"
    Released 10.2.0.101,fd00:2::101 of pod/default/web-1 in subnet s2.
    $ holdfast reservation get s2 pod/default/web-1
    holdfast: ReservationNotFound: ...
    [exit code 1]
    $ holdfast release s2 pod/default/web-1
    holdfast: ReservationNotFound: ...
    [exit code 1]
    $ holdfast reservation list --kind nothing
    There are no such reservations.
  `));

it('vip', () =>
  seen(transcript`
    $ holdfast subnet define s3 --cidr 10.3.0.0/24
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s3     10.3.0.0/24   10.3.0.1   0s        -
    $ holdfast vip list --subnet s3
    There are no Vips.
    $ holdfast vip reserve v3 --subnet s3 --namespace default --selector "app in (a, b)" --selector "tier: web" --note "team web"
    NAME   SUBNET   V4         V6   MAC                 TYPE   NAMESPACE
    v3     s3       10.3.0.2   -    02:41:0a:03:00:02   -      default
    $ holdfast vip reserve v3 --subnet s3
    holdfast: VipExists: ...
    [exit code 1]
    $ holdfast vip get v3 -o wide
    NAME   SUBNET   V4         V6   MAC                 TYPE   NAMESPACE   SINCE                      SELECTOR                   NOTE
    v3     s3       10.3.0.2   -    02:41:0a:03:00:02   -      default     2026-01-31T14:05:00.000Z   app in (a, b); tier: web   team web
    $ holdfast vip revise v3 --v4 10.3.0.9
    NAME   SUBNET   V4         V6   MAC                 TYPE   NAMESPACE
    v3     s3       10.3.0.9   -    02:41:0a:03:00:02   -      default
    $ holdfast vip revise v3 --no-selector --type switch_lb_vip -o wide
    NAME   SUBNET   V4         V6   MAC                 TYPE            NAMESPACE   SELECTOR   NOTE
    v3     s3       10.3.0.9   -    02:41:0a:03:00:02   switch_lb_vip   default     -          team web
    $ holdfast vip revise v3 --no-type --no-namespace --no-note
    NAME   SUBNET   V4         V6   MAC                 TYPE   NAMESPACE
    v3     s3       10.3.0.9   -    02:41:0a:03:00:02   -      -
    $ holdfast vip list --subnet s3 -o wide
    NAME   SUBNET   V4         V6   MAC                 TYPE   NAMESPACE   SINCE                      SELECTOR   NOTE
    v3     s3       10.3.0.9   -    02:41:0a:03:00:02   -      -           2026-01-31T14:05:00.000Z   -          -
    $ holdfast vip release v3 --reason "moved"
    Released 10.3.0.9 of vip/v3 in subnet s3.
    $ holdfast vip get v3
    holdfast: VipNotFound: ...
    [exit code 1]
    $ holdfast vip revise v3 --note x
    holdfast: VipNotFound: ...
    [exit code 1]
  `));

it('history', () =>
  seen(transcript`
    $ holdfast subnet define s4 --cidr 10.4.0.0/24
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s4     10.4.0.0/24   10.4.0.1   0s        -
    $ holdfast subnet define s4b --cidr 10.4.0.0/24
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s4b    10.4.0.0/24   10.4.0.1   0s        -
    $ holdfast reserve s4 pod/prod/api-0 --v4 10.4.0.10 --actor bob
    SUBNET   HOLDER           V4          V6   MAC
    s4       pod/prod/api-0   10.4.0.10   -    02:65:0a:04:00:0a
    $ holdfast move s4 pod/prod/api-0 --v4 10.4.0.11 --mac 02:00:00:00:00:01
    SUBNET   HOLDER           V4          V6   MAC
    s4       pod/prod/api-0   10.4.0.11   -    02:00:00:00:00:01
    $ holdfast reserve s4 pod/prod/api-1 --v4 10.4.0.10
    SUBNET   HOLDER           V4          V6   MAC
    s4       pod/prod/api-1   10.4.0.10   -    02:65:0a:04:00:0a
    $ holdfast release s4 pod/prod/api-1 --reason "drained"
    Released 10.4.0.10 of pod/prod/api-1 in subnet s4.
    $ holdfast vip reserve v4 --subnet s4b --v4 10.4.0.10
    NAME   SUBNET   V4          V6   MAC                 TYPE   NAMESPACE
    v4     s4b      10.4.0.10   -    02:5b:0a:04:00:0a   -      -
    $ holdfast history 10.4.0.10
    TIME                       EVENT             SUBNET   HOLDER           ADDRESSES                MAC                                      BY      THROUGH   REASON
    2026-01-31T14:05:00.000Z   AddressReserved   s4       pod/prod/api-0   10.4.0.10                02:65:0a:04:00:0a                        bob     http      -
    2026-01-31T14:05:00.000Z   AddressMoved      s4       pod/prod/api-0   10.4.0.10 -> 10.4.0.11   02:65:0a:04:00:0a -> 02:00:00:00:00:01   alice   http      -
    2026-01-31T14:05:00.000Z   AddressReserved   s4       pod/prod/api-1   10.4.0.10                02:65:0a:04:00:0a                        alice   http      -
    2026-01-31T14:05:00.000Z   AddressReleased   s4       pod/prod/api-1   10.4.0.10                02:65:0a:04:00:0a                        alice   http      drained
    2026-01-31T14:05:00.000Z   VipReserved       s4b      vip/v4           10.4.0.10                02:5b:0a:04:00:0a                        alice   http      -
    $ holdfast history 10.4.0.10 --subnet s4
    TIME                       EVENT             HOLDER           ADDRESSES                MAC                                      BY      THROUGH   REASON
    2026-01-31T14:05:00.000Z   AddressReserved   pod/prod/api-0   10.4.0.10                02:65:0a:04:00:0a                        bob     http      -
    2026-01-31T14:05:00.000Z   AddressMoved      pod/prod/api-0   10.4.0.10 -> 10.4.0.11   02:65:0a:04:00:0a -> 02:00:00:00:00:01   alice   http      -
    2026-01-31T14:05:00.000Z   AddressReserved   pod/prod/api-1   10.4.0.10                02:65:0a:04:00:0a                        alice   http      -
    2026-01-31T14:05:00.000Z   AddressReleased   pod/prod/api-1   10.4.0.10                02:65:0a:04:00:0a                        alice   http      drained
    $ holdfast history pod/prod/api-0
    TIME                       EVENT             HOLDER           ADDRESSES                MAC                                      BY      THROUGH   REASON
    2026-01-31T14:05:00.000Z   AddressReserved   pod/prod/api-0   10.4.0.10                02:65:0a:04:00:0a                        bob     http      -
    2026-01-31T14:05:00.000Z   AddressMoved      pod/prod/api-0   10.4.0.10 -> 10.4.0.11   02:65:0a:04:00:0a -> 02:00:00:00:00:01   alice   http      -
    $ holdfast history vip/v4
    TIME                       EVENT         HOLDER   ADDRESSES   MAC                 BY      THROUGH   REASON
    2026-01-31T14:05:00.000Z   VipReserved   vip/v4   10.4.0.10   02:5b:0a:04:00:0a   alice   http      -
    $ holdfast history vip/v4 --to -1h
    Nothing is recorded.
    $ holdfast history 10.4.0.10 --at now
    SUBNET   HOLDER   ADDRESSES   MAC                 SINCE                      EVENT         BY      THROUGH
    s4b      vip/v4   10.4.0.10   02:5b:0a:04:00:0a   2026-01-31T14:05:00.000Z   VipReserved   alice   http
    $ holdfast history 10.4.0.11 --at now
    SUBNET   HOLDER           ADDRESSES   MAC                 SINCE                      EVENT          BY      THROUGH
    s4       pod/prod/api-0   10.4.0.11   02:00:00:00:00:01   2026-01-31T14:05:00.000Z   AddressMoved   alice   http
    $ holdfast history 10.4.0.11 --subnet s4b --at now
    Nobody held 10.4.0.11 at 2026-01-31T14:05:00.000Z.
    $ holdfast history 10.4.0.10 --at 2026-01-31T14:05:00Z
    Nobody held 10.4.0.10 at 2026-01-31T14:05:00.000Z.
    $ holdfast history 10.4.0.77
    Nothing is recorded.
  `));
