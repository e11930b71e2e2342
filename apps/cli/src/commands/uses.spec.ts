// Pools, users and retention against a real control plane: what people read.
import { aControlPlane } from '../testing/control-plane';
import { Terminal } from '../testing/terminal';
import { expectSeen, transcript } from '../testing/transcript';

const controlPlane = aControlPlane();
const seen = (expected: string): Promise<void> => expectSeen(controlPlane().server, expected);

it('pools', () =>
  seen(transcript`
    $ holdfast subnet define s1 --cidr 10.1.0.0/24 --retention 48h
    NAME   CIDR          GATEWAY    RETENTION   COOLING   EXCLUDED
    s1     10.1.0.0/24   10.1.0.1   2d          0s        -
    $ holdfast subnet revise s1 --retention never
    holdfast: InvalidArgument: ...
    [exit code 2]
    $ holdfast subnet revise s1 --retention owner
    NAME   CIDR          GATEWAY    RETENTION   COOLING   EXCLUDED
    s1     10.1.0.0/24   10.1.0.1   owner       0s        -
    $ holdfast pool list
    There are no such pools.
    $ holdfast pool define s1 mail --range 10.1.0.100..10.1.0.101 --namespace mail,mail-test
    SUBNET   NAME   RANGES                   NAMESPACES
    s1       mail   10.1.0.100..10.1.0.101   mail,mail-test
    $ holdfast pool define s1 other --range 10.1.0.101..10.1.0.110
    holdfast: InvalidArgument: ...
    [exit code 2]
    $ holdfast pool define s1 other --range 10.1.0.128/28
    SUBNET   NAME    RANGES                   NAMESPACES
    s1       other   10.1.0.128..10.1.0.143   -
    $ holdfast pool define nothing other --range 10.1.0.128/28
    holdfast: SubnetNotFound: ...
    [exit code 1]
    $ holdfast pool define s1 bad
    holdfast: required option '--range <ranges>' not specified
    'holdfast pool define --help' says how.
    [exit code 2]
    $ holdfast subnet get s1
    NAME   CIDR          GATEWAY    RETENTION   POOLS        V4USING   V4AVAILABLE   V6USING   V6AVAILABLE
    s1     10.1.0.0/24   10.1.0.1   owner       mail,other   0         253           -         -
    $ holdfast reserve s1 pod/mail/a --pool mail
    SUBNET   HOLDER       V4           V6   MAC
    s1       pod/mail/a   10.1.0.100   -    02:28:0a:01:00:64
    $ holdfast reserve s1 pod/mail/b --pool mail
    SUBNET   HOLDER       V4           V6   MAC
    s1       pod/mail/b   10.1.0.101   -    02:28:0a:01:00:65
    $ holdfast reserve s1 pod/mail/c --pool mail
    holdfast: SubnetExhausted: ...
    [exit code 1]
    $ holdfast reserve s1 pod/mail/c --pool nothing
    holdfast: PoolNotFound: ...
    [exit code 1]
    $ holdfast pool list --subnet s1
    SUBNET   NAME    RANGES                   NAMESPACES       V4USING   V4AVAILABLE
    s1       mail    10.1.0.100..10.1.0.101   mail,mail-test   2         0
    s1       other   10.1.0.128..10.1.0.143   -                0         16
    $ holdfast pool get s1 mail
    SUBNET   NAME   RANGES                   NAMESPACES       V4USING   V4AVAILABLE
    s1       mail   10.1.0.100..10.1.0.101   mail,mail-test   2         0
    $ holdfast pool get s1 nothing
    holdfast: PoolNotFound: ...
    [exit code 1]
    $ holdfast release s1 pod/mail/a
    Released 10.1.0.100 of pod/mail/a in subnet s1.
    $ holdfast reserve s1 pod/mail/d
    SUBNET   HOLDER       V4         V6   MAC
    s1       pod/mail/d   10.1.0.2   -    02:28:0a:01:00:02
    $ holdfast reserve s1 pod/mail/a --pool mail --prefer-former
    SUBNET   HOLDER       V4           V6   MAC
    s1       pod/mail/a   10.1.0.100   -    02:28:0a:01:00:64
    $ holdfast vip reserve v1 --subnet s1 --pool other
    NAME   SUBNET   V4           V6   MAC                 TYPE   NAMESPACE
    v1     s1       10.1.0.128   -    02:28:0a:01:00:80   -      -
    $ holdfast pool retire s1 mail
    Pool mail of subnet s1 retired.
    $ holdfast pool retire s1 mail
    Pool mail of subnet s1 retired.
    $ holdfast subnet revise s1 --no-retention
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s1     10.1.0.0/24   10.1.0.1   0s        -
  `));

it('users and retention', () =>
  seen(transcript`
    $ holdfast subnet define s2 --cidr 10.2.0.0/24
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s2     10.2.0.0/24   10.2.0.1   0s        -
    $ holdfast reserve s2 statefulset/shop/db/0
    SUBNET   HOLDER                  V4         V6   MAC
    s2       statefulset/shop/db/0   10.2.0.2   -    02:f0:0a:02:00:02
    $ holdfast reservation attach s2 statefulset/shop/db/0 pod/shop/db-0 --uid u1 --node n1
    pod/shop/db-0 (UID u1) uses what statefulset/shop/db/0 holds in subnet s2.
    $ holdfast reservation attach s2 statefulset/shop/db/0 pod/shop/other --uid u2
    holdfast: ReservationInUse: ...
    [exit code 1]
    $ holdfast reservation attach s2 statefulset/shop/db/0 db-0 --uid u2
    holdfast: InvalidArgument: ...
    [exit code 2]
    $ holdfast reservation attach s2 statefulset/shop/db/0 pod/shop/db-0
    holdfast: required option '--uid <uid>' not specified
    'holdfast reservation attach --help' says how.
    [exit code 2]
    $ holdfast reservation attach s2 statefulset/shop/db/1 pod/shop/db-1 --uid u2
    holdfast: ReservationNotFound: ...
    [exit code 1]
    $ holdfast reservation attach s2 statefulset/shop/db/0 pod/shop/target --uid u2 --node n2 --migrates
    pod/shop/target (UID u2) uses what statefulset/shop/db/0 holds in subnet s2.
    $ holdfast reservation list --subnet s2 -o wide
    SUBNET   HOLDER                  V4         V6   MAC                 SINCE                      USED BY                         RETENTION
    s2       statefulset/shop/db/0   10.2.0.2   -    02:f0:0a:02:00:02   2026-01-31T14:05:00.000Z   pod/shop/db-0,pod/shop/target   owner (kind)
    $ holdfast reservation move-primary s2 statefulset/shop/db/0 --uid u3
    holdfast: UserNotFound: ...
    [exit code 1]
    $ holdfast reservation move-primary s2 statefulset/shop/db/0 --uid u2
    Packets to statefulset/shop/db/0 in subnet s2 go to pod/shop/target (UID u2).
    $ holdfast reservation get s2 statefulset/shop/db/0
    SUBNET   HOLDER                  V4         V6   MAC                 SINCE                      RETENTION
    s2       statefulset/shop/db/0   10.2.0.2   -    02:f0:0a:02:00:02   2026-01-31T14:05:00.000Z   owner (kind)

    USER              UID   NODE   PRIMARY
    pod/shop/target   u2    n2     yes
    pod/shop/db-0     u1    n1     no
    $ holdfast history 10.2.0.2 --at now
    SUBNET   HOLDER                  ADDRESSES   MAC                 SINCE                      USED BY                         EVENT             BY      THROUGH
    s2       statefulset/shop/db/0   10.2.0.2    02:f0:0a:02:00:02   2026-01-31T14:05:00.000Z   pod/shop/target,pod/shop/db-0   AddressReserved   alice   http
    $ holdfast release s2 statefulset/shop/db/0
    holdfast: ReservationInUse: ...
    [exit code 1]
    $ holdfast reservation end-owner s2 statefulset/shop/db/0
    holdfast: ReservationInUse: ...
    [exit code 1]
    $ holdfast reservation retain s2 statefulset/shop/db/0
    holdfast: how long? Give one of: release, owner, forever, or a time such as 24h; or --no-policy
    [exit code 2]
    $ holdfast reservation retain s2 statefulset/shop/db/0 long
    holdfast: InvalidArgument: ...
    [exit code 2]
    $ holdfast reservation retain s2 statefulset/shop/db/0 24h
    statefulset/shop/db/0 has retention 24h in subnet s2.
    $ holdfast reservation detach s2 statefulset/shop/db/0 --uid u1 --reason "the migration is over"
    UID u1 detached from what statefulset/shop/db/0 holds in subnet s2.
    $ holdfast reservation detach s2 statefulset/shop/db/0 --uid u1
    UID u1 detached from what statefulset/shop/db/0 holds in subnet s2.
    $ holdfast reservation detach s2 statefulset/shop/db/0 --uid u2 --reason evicted --owner-state none
    UID u2 detached from what statefulset/shop/db/0 holds in subnet s2.
    $ holdfast reservation get s2 statefulset/shop/db/0
    SUBNET   HOLDER                  V4         V6   MAC                 SINCE                      RETENTION
    s2       statefulset/shop/db/0   10.2.0.2   -    02:f0:0a:02:00:02   2026-01-31T14:05:00.000Z   1d (holder)

    Kept without a user since 2026-01-31T14:05:00.000Z until 2026-01-31T14:05:00.000Z (evicted).
    $ holdfast reservation list --subnet s2
    SUBNET   HOLDER                  V4         V6   MAC                 SINCE                      KEPT
    s2       statefulset/shop/db/0   10.2.0.2   -    02:f0:0a:02:00:02   2026-01-31T14:05:00.000Z   since 2026-01-31T14:05:00.000Z until 2026-01-31T14:05:00.000Z
    $ holdfast reservation release-expired s2 statefulset/shop/db/0
    holdfast: ReservationInUse: ...
    [exit code 1]
    $ holdfast reservation retain s2 statefulset/shop/db/0 --no-policy
    statefulset/shop/db/0 has no retention of its own in subnet s2.
    $ holdfast reservation attach s2 statefulset/shop/db/0 pod/shop/db-0 --uid u3
    pod/shop/db-0 (UID u3) uses what statefulset/shop/db/0 holds in subnet s2.
    $ holdfast reservation detach s2 statefulset/shop/db/0 --uid u3 --reason evicted
    UID u3 detached from what statefulset/shop/db/0 holds in subnet s2.
    $ holdfast reservation get s2 statefulset/shop/db/0
    SUBNET   HOLDER                  V4         V6   MAC                 SINCE                      RETENTION
    s2       statefulset/shop/db/0   10.2.0.2   -    02:f0:0a:02:00:02   2026-01-31T14:05:00.000Z   owner (kind)

    Kept without a user since 2026-01-31T14:05:00.000Z (evicted).
    $ holdfast history 10.2.0.2 --at now
    SUBNET   HOLDER                  ADDRESSES   MAC                 SINCE                      KEPT                                       EVENT             BY      THROUGH
    s2       statefulset/shop/db/0   10.2.0.2    02:f0:0a:02:00:02   2026-01-31T14:05:00.000Z   since 2026-01-31T14:05:00.000Z (evicted)   AddressReserved   alice   http
    $ holdfast reservation end-owner s2 statefulset/shop/db/0 --reason "the set was deleted"
    Released 10.2.0.2 of statefulset/shop/db/0 in subnet s2.
    $ holdfast history statefulset/shop/db/0
    TIME                       EVENT                 HOLDER                  ABOUT                                      ADDRESSES   MAC                 BY      THROUGH   REASON
    2026-01-31T14:05:00.000Z   AddressReserved       statefulset/shop/db/0   -                                          10.2.0.2    02:f0:0a:02:00:02   alice   http      -
    2026-01-31T14:05:00.000Z   UserAttached          statefulset/shop/db/0   user pod/shop/db-0                         -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   UserAttached          statefulset/shop/db/0   user pod/shop/target (migrates)            -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   UserAttached          statefulset/shop/db/0   user pod/shop/target                       -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   RetentionSet          statefulset/shop/db/0   retention 1d                               -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   UserDetached          statefulset/shop/db/0   user pod/shop/db-0                         -           -                   alice   http      the migration is over
    2026-01-31T14:05:00.000Z   UserDetached          statefulset/shop/db/0   user pod/shop/target                       -           -                   alice   http      evicted
    2026-01-31T14:05:00.000Z   ReservationRetained   statefulset/shop/db/0   kept until 2026-01-31T14:05:00.000Z (1d)   -           -                   alice   http      evicted
    2026-01-31T14:05:00.000Z   RetentionSet          statefulset/shop/db/0   retention its subnet's                     -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   UserAttached          statefulset/shop/db/0   user pod/shop/db-0                         -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   UserDetached          statefulset/shop/db/0   user pod/shop/db-0                         -           -                   alice   http      evicted
    2026-01-31T14:05:00.000Z   ReservationRetained   statefulset/shop/db/0   kept (owner)                               -           -                   alice   http      evicted
    2026-01-31T14:05:00.000Z   AddressReleased       statefulset/shop/db/0   -                                          10.2.0.2    02:f0:0a:02:00:02   alice   http      the set was deleted
  `));

it('an address tells the same of its use as its holder', async () => {
  const terminal = new Terminal(controlPlane().server);
  const [ofAddress, ofHolder] = [
    await terminal.type('holdfast history 10.2.0.2'),
    await terminal.type('holdfast history statefulset/shop/db/0'),
  ];
  expect(ofHolder.out).toMatch(/ReservationRetained.*\n.*AddressReleased/);
  expect(ofAddress).toEqual(ofHolder);
});

it('by what an end was known', async () => {
  const terminal = new Terminal(controlPlane().server);
  for (const line of [
    'subnet define s9 --cidr 10.9.0.0/24',
    'reserve s9 pod/shop/cart',
    'reservation attach s9 pod/shop/cart pod/shop/cart --uid u9',
    'reservation detach s9 pod/shop/cart --uid u9 --reason evicted',
  ])
    expect(await terminal.type(`holdfast ${line}`)).toMatchObject({ code: 0 });
  const { out } = await terminal.type('holdfast history 10.9.0.2 -o wide');
  expect(out).toMatch(/EVIDENCE$/m);
  expect(out).toMatch(/UserDetached.*evicted +pod\/shop\/cart \(uid u9\)$/m);
});

it("a Vip's users", () =>
  seen(transcript`
    $ holdfast subnet define s3 --cidr 10.3.0.0/24
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s3     10.3.0.0/24   10.3.0.1   0s        -
    $ holdfast vip reserve v3 --subnet s3
    NAME   SUBNET   V4         V6   MAC                 TYPE   NAMESPACE
    v3     s3       10.3.0.2   -    02:41:0a:03:00:02   -      -
    $ holdfast reservation attach s3 vip/v3 pod/shop/db-0 --uid u1 --port db-0.shop --owner statefulset/shop/db/0
    pod/shop/db-0 (UID u1) uses what vip/v3 holds in subnet s3.
    $ holdfast vip release v3
    holdfast: VipInUse: ...
    [exit code 1]
    $ holdfast vip show v3
    Vip:        v3
    Subnet:     s3
    Addresses:  10.3.0.2
    MAC:        02:41:0a:03:00:02
    Type:       -
    Namespace:  -
    Selector:   -
    Note:       -
    Since:      2026-01-31T14:05:00.000Z
    Retention:  owner (kind)
    Kept:       -

    Conditions:
      TYPE        STATUS    REASON     MESSAGE
      Reserved    True      Reserved   10.3.0.2 is reserved in subnet s3.
      Projected   Unknown   NotKnown   This server does not know: it writes no rows, or has not yet compared those of this Vip.
      InUse       True      Pods       It is the address of pod/shop/db-0.

    Parents: none

    Users:
      USER            UID   NODE   PRIMARY   PORT        OWNER
      pod/shop/db-0   u1    -      yes       db-0.shop   statefulset/shop/db/0

    Rules: none

    Life:
      TIME                       EVENT            ABOUT                ADDRESSES   MAC                 BY      THROUGH   REASON
      2026-01-31T14:05:00.000Z   VipNameClaimed   -                    -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   VipReserved      -                    10.3.0.2    02:41:0a:03:00:02   alice   http      -
      2026-01-31T14:05:00.000Z   UserAttached     user pod/shop/db-0   -           -                   alice   http      -
    $ holdfast reservation detach s3 vip/v3 --uid u1 --reason evicted
    UID u1 detached from what vip/v3 holds in subnet s3.
    $ holdfast vip show v3
    Vip:        v3
    Subnet:     s3
    Addresses:  10.3.0.2
    MAC:        02:41:0a:03:00:02
    Type:       -
    Namespace:  -
    Selector:   -
    Note:       -
    Since:      2026-01-31T14:05:00.000Z
    Retention:  owner (kind)
    Kept:       since 2026-01-31T14:05:00.000Z for statefulset/shop/db/0 (evicted)

    Conditions:
      TYPE        STATUS    REASON     MESSAGE
      Reserved    True      Reserved   10.3.0.2 is reserved in subnet s3.
      Projected   Unknown   NotKnown   This server does not know: it writes no rows, or has not yet compared those of this Vip.
      InUse       False     Unused     It has neither parents nor rules, and is no Pod's address.

    Parents: none

    Rules: none

    Life:
      TIME                       EVENT                 ABOUT                                    ADDRESSES   MAC                 BY      THROUGH   REASON
      2026-01-31T14:05:00.000Z   VipNameClaimed        -                                        -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   VipReserved           -                                        10.3.0.2    02:41:0a:03:00:02   alice   http      -
      2026-01-31T14:05:00.000Z   UserAttached          user pod/shop/db-0                       -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   UserDetached          user pod/shop/db-0                       -           -                   alice   http      evicted
      2026-01-31T14:05:00.000Z   ReservationRetained   kept for statefulset/shop/db/0 (owner)   -           -                   alice   http      evicted
    $ holdfast reservation attach s3 vip/v3 pod/shop/web-0 --uid u2
    holdfast: ReservationInUse: ...
    [exit code 1]
    $ holdfast reservation end-owner s3 vip/v3 --reason "the set was deleted"
    What vip/v3 holds in subnet s3 stays; 'holdfast reservation get' says how long.
    $ holdfast reservation get s3 vip/v3
    SUBNET   HOLDER   V4         V6   MAC                 SINCE                      RETENTION
    s3       vip/v3   10.3.0.2   -    02:41:0a:03:00:02   2026-01-31T14:05:00.000Z   release (kind)
  `));
