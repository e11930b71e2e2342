// What Vips are used for, against a real control plane: what people read.
import { aControlPlane } from '../testing/control-plane';
import { Terminal } from '../testing/terminal';
import { expectSeen, transcript } from '../testing/transcript';

const controlPlane = aControlPlane();
const seen = (expected: string): Promise<void> => expectSeen(controlPlane().server, expected);

it('a router and a port', () =>
  seen(transcript`
    $ holdfast subnet define s5 --cidr 10.5.0.0/24 --router lr5
    NAME   CIDR          GATEWAY    ROUTER   COOLING   EXCLUDED
    s5     10.5.0.0/24   10.5.0.1   lr5      0s        -
    $ holdfast subnet revise s5 --no-router
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s5     10.5.0.0/24   10.5.0.1   0s        -
    $ holdfast subnet revise s5 --router lr6 --cooling 5m
    NAME   CIDR          GATEWAY    ROUTER   COOLING   EXCLUDED
    s5     10.5.0.0/24   10.5.0.1   lr6      5m        -
    $ holdfast subnet get s5
    NAME   CIDR          GATEWAY    ROUTER   V4USING   V4AVAILABLE   V6USING   V6AVAILABLE
    s5     10.5.0.0/24   10.5.0.1   lr6      0         253           -         -
    $ holdfast subnet revise s5 --router "not a router"
    holdfast: InvalidArgument: ...
    [exit code 2]
    $ holdfast reserve s5 octavia/p7/amphora-1 --port amphora-1 --port-security
    SUBNET   HOLDER                 V4         V6   MAC                 PORT
    s5       octavia/p7/amphora-1   10.5.0.2   -    02:f7:0a:05:00:02   amphora-1 (secured)
    $ holdfast reserve s5 octavia/p7/amphora-2 --port amphora-2
    SUBNET   HOLDER                 V4         V6   MAC                 PORT
    s5       octavia/p7/amphora-2   10.5.0.3   -    02:f7:0a:05:00:03   amphora-2
    $ holdfast reserve s5 octavia/p7/amphora-2 --port other
    holdfast: HolderHasDifferentAddress: ...
    [exit code 1]
    $ holdfast reserve s5 octavia/p7/amphora-3 --port-security
    holdfast: InvalidArgument: ...
    [exit code 2]
    $ holdfast reservation list --subnet s5
    SUBNET   HOLDER                 V4         V6   MAC                 PORT                  SINCE
    s5       octavia/p7/amphora-1   10.5.0.2   -    02:f7:0a:05:00:02   amphora-1 (secured)   2026-01-31T14:05:00.000Z
    s5       octavia/p7/amphora-2   10.5.0.3   -    02:f7:0a:05:00:03   amphora-2             2026-01-31T14:05:00.000Z
    $ holdfast history octavia/p7/amphora-1
    TIME                       EVENT             HOLDER                 ABOUT            ADDRESSES   MAC                 BY      THROUGH   REASON
    2026-01-31T14:05:00.000Z   AddressReserved   octavia/p7/amphora-1   port amphora-1   10.5.0.2    02:f7:0a:05:00:02   alice   http      -
  `));

it('parents', () =>
  seen(transcript`
    $ holdfast subnet define s6 --cidr 10.6.0.0/24
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s6     10.6.0.0/24   10.6.0.1   0s        -
    $ holdfast vip reserve v6 --subnet s6 --note "of team web"
    NAME   SUBNET   V4         V6   MAC                 TYPE   NAMESPACE
    v6     s6       10.6.0.2   -    02:be:0a:06:00:02   -      -
    $ holdfast vip show v6
    Vip:        v6
    Subnet:     s6
    Addresses:  10.6.0.2
    MAC:        02:be:0a:06:00:02
    Type:       -
    Namespace:  -
    Selector:   -
    Note:       of team web
    Since:      2026-01-31T14:05:00.000Z

    Conditions:
      TYPE        STATUS    REASON     MESSAGE
      Reserved    True      Reserved   10.6.0.2 is reserved in subnet s6.
      Projected   Unknown   NotKnown   This server does not know: it writes no rows, or has not yet compared those of this Vip.
      InUse       False     Unused     It has neither parents nor rules, and is no Pod's address.

    Parents: none

    Rules: none

    Life:
      TIME                       EVENT            ADDRESSES   MAC                 BY      THROUGH   REASON
      2026-01-31T14:05:00.000Z   VipNameClaimed   -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   VipReserved      10.6.0.2    02:be:0a:06:00:02   alice   http      -
    $ holdfast vip parent add v6 amphora-1 --actor octavia
    Port amphora-1 may answer for vip/v6 in subnet s6.
    $ holdfast vip parent add v6 amphora-1
    Port amphora-1 may answer for vip/v6 in subnet s6.
    $ holdfast vip parent add v6 "two ports"
    holdfast: InvalidArgument: ...
    [exit code 2]
    $ holdfast vip parent add nothing amphora-1
    holdfast: VipNotFound: ...
    [exit code 1]
    $ holdfast vip parent add v6 amphora-2
    Port amphora-2 may answer for vip/v6 in subnet s6.
    $ holdfast vip parent rm v6 amphora-2 --reason "it failed"
    Port amphora-2 withdrawn as a parent of vip/v6 in subnet s6.
    $ holdfast vip parent remove v6 nobody
    Port nobody withdrawn as a parent of vip/v6 in subnet s6.
    $ holdfast vip revise v6 --type switch_lb_vip
    holdfast: VipInUse: ...
    [exit code 1]
    $ holdfast vip show v6
    Vip:        v6
    Subnet:     s6
    Addresses:  10.6.0.2
    MAC:        02:be:0a:06:00:02
    Type:       -
    Namespace:  -
    Selector:   -
    Note:       of team web
    Since:      2026-01-31T14:05:00.000Z

    Conditions:
      TYPE        STATUS    REASON     MESSAGE
      Reserved    True      Reserved   10.6.0.2 is reserved in subnet s6.
      Projected   Unknown   NotKnown   This server does not know: it writes no rows, or has not yet compared those of this Vip.
      InUse       True      Parents    It may be answered for by port amphora-1.

    Parents:
      PORT        GRANTOR    SINCE                      BY
      amphora-1   explicit   2026-01-31T14:05:00.000Z   octavia

    Rules: none

    Life:
      TIME                       EVENT             ABOUT                       ADDRESSES   MAC                 BY        THROUGH   REASON
      2026-01-31T14:05:00.000Z   VipNameClaimed    -                           -           -                   alice     http      -
      2026-01-31T14:05:00.000Z   VipReserved       -                           10.6.0.2    02:be:0a:06:00:02   alice     http      -
      2026-01-31T14:05:00.000Z   ParentGranted     port amphora-1 (explicit)   -           -                   octavia   http      -
      2026-01-31T14:05:00.000Z   ParentGranted     port amphora-2 (explicit)   -           -                   alice     http      -
      2026-01-31T14:05:00.000Z   ParentWithdrawn   port amphora-2 (explicit)   -           -                   alice     http      it failed
    $ holdfast vip show nothing
    holdfast: VipNotFound: ...
    [exit code 1]
  `));

it('rules', () =>
  seen(transcript`
    $ holdfast subnet define s7 --cidr 10.7.0.0/24
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s7     10.7.0.0/24   10.7.0.1   0s        -
    $ holdfast vip reserve v7 --subnet s7 --type switch_lb_vip
    NAME   SUBNET   V4         V6   MAC                 TYPE            NAMESPACE
    v7     s7       10.7.0.2   -    02:0f:0a:07:00:02   switch_lb_vip   -
    $ holdfast rule list --vip v7
    There are no such rules.
    $ holdfast rule define web --vip v7 --port 443:8443,80 --endpoint 10.7.0.20,10.7.0.21 --reject-when-empty
    NAME   SUBNET   VIP   FRONTS                          TO                    AFFINITY
    web    s7       v7    443/tcp -> 8443, 80/tcp -> 80   10.7.0.20,10.7.0.21   none
    $ holdfast rule define web --vip v7 --port 443:8443 --endpoint 10.7.0.20
    holdfast: RuleExists: ...
    [exit code 1]
    $ holdfast rule define other --vip v7 --port 80
    holdfast: VipPortTaken: ...
    [exit code 1]
    $ holdfast rule define other --vip v7 --port http
    holdfast: option '--port <ports>' argument 'http' is invalid. Expected such as 80, 443:8443, 53/udp or https=443:8443/tcp
    'holdfast rule define --help' says how.
    [exit code 2]
    $ holdfast rule define dns --vip v7 --port dns=53/udp --namespace default --selector "app: dns" --note "of team dns"
    NAME   SUBNET   VIP   FRONTS         TO                              AFFINITY
    dns    s7       v7    53/udp -> 53   Pods of default with app: dns   none
    $ holdfast rule backends s7 dns
    holdfast: give the addresses of all backends, or --none
    [exit code 2]
    $ holdfast rule backends s7 dns 10.7.0.31 10.7.0.30
    BACKEND
    10.7.0.30
    10.7.0.31
    $ holdfast rule backends s7 web 10.7.0.31
    holdfast: InvalidArgument: ...
    [exit code 2]
    $ holdfast rule show s7 dns -o wide
    NAME   SUBNET   VIP   FRONTS         TO                              BACKENDS              AFFINITY   CHECKED   EMPTY    NOTE
    dns    s7       v7    53/udp -> 53   Pods of default with app: dns   10.7.0.30,10.7.0.31   none       no        silent   of team dns
    $ holdfast rule revise s7 web --affinity client-ip --no-reject-when-empty
    NAME   SUBNET   VIP   FRONTS                          TO                    AFFINITY
    web    s7       v7    443/tcp -> 8443, 80/tcp -> 80   10.7.0.20,10.7.0.21   client-ip
    $ holdfast rule revise s7 web --namespace default --selector "app: web" --port 80
    NAME   SUBNET   VIP   FRONTS         TO                              AFFINITY
    web    s7       v7    80/tcp -> 80   Pods of default with app: web   client-ip
    $ holdfast rules ls --subnet s7 -o wide
    NAME   SUBNET   VIP   FRONTS         TO                              AFFINITY    CHECKED   EMPTY    NOTE
    dns    s7       v7    53/udp -> 53   Pods of default with app: dns   none        no        silent   of team dns
    web    s7       v7    80/tcp -> 80   Pods of default with app: web   client-ip   no        silent   -
    $ holdfast vip parent add v7 amphora-1
    holdfast: VipTypeMismatch: ...
    [exit code 1]
    $ holdfast vip release v7
    holdfast: VipInUse: ...
    [exit code 1]
    $ holdfast vip show v7
    Vip:        v7
    Subnet:     s7
    Addresses:  10.7.0.2
    MAC:        02:0f:0a:07:00:02
    Type:       switch_lb_vip
    Namespace:  -
    Selector:   -
    Note:       -
    Since:      2026-01-31T14:05:00.000Z

    Conditions:
      TYPE        STATUS    REASON     MESSAGE
      Reserved    True      Reserved   10.7.0.2 is reserved in subnet s7.
      Projected   Unknown   NotKnown   This server does not know: it writes no rows, or has not yet compared those of this Vip.
      InUse       True      Rules      Its fronts belong to rules dns, web.

    Parents: none

    Rules:
      NAME   FRONTS         BACKENDS              AFFINITY
      dns    53/udp -> 53   10.7.0.30,10.7.0.31   none
      web    80/tcp -> 80   -                     client-ip

    Life:
      TIME                       EVENT                 ABOUT                                     ADDRESSES   MAC                 BY      THROUGH   REASON
      2026-01-31T14:05:00.000Z   VipNameClaimed        -                                         -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   VipReserved           -                                         10.7.0.2    02:0f:0a:07:00:02   alice   http      -
      2026-01-31T14:05:00.000Z   RuleDefined           rule web: 443/tcp -> 8443, 80/tcp -> 80   -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   RuleDefined           rule dns: 53/udp -> 53                    -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   RuleBackendsChanged   rule dns: to 10.7.0.30,10.7.0.31          -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   RuleRevised           rule web: 443/tcp -> 8443, 80/tcp -> 80   -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   RuleRevised           rule web: 80/tcp -> 80                    -           -                   alice   http      -
    $ holdfast rule backends s7 dns --none
    Rule dns of subnet s7 has no backend now.
    $ holdfast rule retire s7 dns --reason "moved"
    Rule dns of subnet s7 retired.
    $ holdfast rule get s7 dns
    holdfast: RuleNotFound: ...
    [exit code 1]
    $ holdfast rule revise s7 dns --port 53
    holdfast: RuleNotFound: ...
    [exit code 1]
    $ holdfast rule retire s7 web
    Rule web of subnet s7 retired.
    $ holdfast history --vip v7
    TIME                       EVENT                 HOLDER   ABOUT                                     ADDRESSES   MAC                 BY      THROUGH   REASON
    2026-01-31T14:05:00.000Z   VipNameClaimed        vip/v7   -                                         -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   VipReserved           vip/v7   -                                         10.7.0.2    02:0f:0a:07:00:02   alice   http      -
    2026-01-31T14:05:00.000Z   RuleDefined           vip/v7   rule web: 443/tcp -> 8443, 80/tcp -> 80   -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   RuleDefined           vip/v7   rule dns: 53/udp -> 53                    -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   RuleBackendsChanged   vip/v7   rule dns: to 10.7.0.30,10.7.0.31          -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   RuleRevised           vip/v7   rule web: 443/tcp -> 8443, 80/tcp -> 80   -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   RuleRevised           vip/v7   rule web: 80/tcp -> 80                    -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   RuleBackendsChanged   vip/v7   rule dns: to nobody                       -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   RuleRetired           vip/v7   rule dns                                  -           -                   alice   http      moved
    2026-01-31T14:05:00.000Z   RuleRetired           vip/v7   rule web                                  -           -                   alice   http      -
  `));

it('the end of a long life, and all of it for programs', async () => {
  const terminal = new Terminal(controlPlane().server);
  await terminal.tell('subnet define s8 --cidr 10.8.0.0/24');
  await terminal.tell('vip reserve v8 --subnet s8');
  for (let at = 0; at < 20; at += 1) await terminal.tell(`vip parent add v8 port-${at}`);
  const page = await terminal.tell('vip show v8');
  expect(page).toContain('\nLife (the 2 events before: holdfast history --vip v8):\n');
  expect(page).not.toContain('VipReserved');
  expect(page.match(/ParentGranted/g)).toHaveLength(20);
  const json = (await terminal.json('vip show v8')) as {
    parents: object[];
    rules: object[];
    events: object[];
  };
  expect([json.parents.length, json.rules.length, json.events.length]).toEqual([20, 0, 22]);
});

it('a revision that was overtaken while it was being made is refused, and changes nothing', async () => {
  const clock = new Terminal(controlPlane().server).io.clock;
  const early = new Terminal(controlPlane().server, { clock: { ...clock, now: () => clock.now() - 60_000 } });
  const terminal = new Terminal(controlPlane().server);
  await terminal.tell('subnet define s9 --cidr 10.9.0.0/24');
  await terminal.tell('vip reserve v9 --subnet s9 --type switch_lb_vip --note first');
  await terminal.tell('rule define r9 --vip v9 --port 80 --note first');
  for (const line of ['vip revise v9 --note second', 'rule revise s9 r9 --note second']) {
    expect(await early.type(line)).toMatchObject({
      code: 1,
      err: expect.stringMatching('CommandExpired') as string,
    });
  }
  expect(await terminal.json('vip get v9')).toMatchObject({ vip: { note: 'first' } });
  expect(await terminal.json('rule show s9 r9')).toMatchObject({ rule: { note: 'first' } });
});
